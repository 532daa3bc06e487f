"""What operators learn of deposits under way: how many in which state, and since when."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from accounts.access import Backlog
from accounts.models import Association
from tests import factories
from tests.deposits import changed, received
from vault.access import CONFIRMED, deposits_under_way
from vault.models import DepositState

pytestmark = pytest.mark.django_db


def test_deposits_of_every_association_are_counted_by_state(
    association: Association, other_association: Association, today: date, now: datetime
) -> None:
    def sent(to: Association, *, minutes: int, **values: object) -> None:
        by = factories.make_membership(to).user
        case = factories.make_case(factories.make_campaign(to, today=today), by=by, today=today, at=now)
        changed(received(case, b"%PDF-", by=by, at=now - timedelta(minutes=minutes)), **values)

    assert set(deposits_under_way().values()) == {Backlog()}
    sent(association, minutes=4)
    sent(other_association, minutes=6)
    sent(association, minutes=9, state=DepositState.TO_CONFIRM)
    sent(association, minutes=20, state=DepositState.TO_CONFIRM, confirmed_at=now - timedelta(minutes=3))
    sent(association, minutes=30, state=DepositState.EXPIRED)

    found = deposits_under_way()

    assert found == {
        DepositState.OPEN: Backlog(),
        DepositState.RECEIVED: Backlog(2, now - timedelta(minutes=6)),
        DepositState.ANALYSING: Backlog(),
        DepositState.TO_CONFIRM: Backlog(1, now - timedelta(minutes=9)),
        CONFIRMED: Backlog(1, now - timedelta(minutes=3)),
    }


@pytest.mark.postgres
def test_the_function_of_the_database_tells_states_counts_and_instants_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM vault_under_way()")
        assert [column.name for column in cursor.description or ()] == ["state", "deposits", "oldest"]
