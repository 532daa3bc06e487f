"""Two coordinators press the button at the same instant."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from accounts import scope
from accounts.models import Association
from observatory import actions
from observatory.actions import AlreadyMeasured
from observatory.models import LedgerLine, Release, StatPlan
from tests import factories
from tests.observatory.conftest import AT, TODAY, Handed, persons

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def measurable(handed: Handed) -> tuple[Association, StatPlan]:
    association = factories.make_association()
    handed.tallies = persons(90)
    actions.freeze(today=TODAY)
    with scope.enter(association.pk):
        return association, StatPlan.objects.get()


def test_of_four_measures_at_once_one_is_drawn(measurable: tuple[Association, StatPlan]) -> None:
    association, plan = measurable
    start = Barrier(4)

    def press() -> str:
        try:
            start.wait()
            with scope.enter(association.pk):
                return actions.measure(plan, table="S1", period="2025", by=None, at=AT).state
        except AlreadyMeasured:
            return "refused"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(future.result() for future in [pool.submit(press) for _ in range(4)])

    assert answers == ["measured", "refused", "refused", "refused"]
    with scope.enter(association.pk):
        assert LedgerLine.objects.count() == Release.objects.count() == 1
