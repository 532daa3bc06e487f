"""Two people, or two tabs, at the same instant."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier

import pytest
from django.db import connections

from accounts import scope
from accounts.models import Association, AuditEntry, Membership
from accounts.rules.audit import AuditKind
from accounts.rules.roles import Right, Role
from cases import access, actions
from cases.actions import NotReady, RightGone
from cases.models import Case, CaseEvent, Export
from cases.rules import exports
from cases.rules.lifecycle import EventKind
from tests import factories
from tests.cases.exports.conftest import approve


def made(association: Association, *, today: date, now: datetime) -> tuple[Export, Membership, Membership]:
    """An approved request for three cases, its asker and its approver."""
    asker = factories.make_membership(association, Role.REFERENT)
    approver = factories.make_membership(association, Role.COORDINATOR)
    campaign = factories.make_campaign(association, today=today)
    for _ in range(3):
        factories.make_case(campaign, by=asker.user, today=today, at=now, sent=None)
    export = factories.make_export(asker, at=now)
    assert approve(export, approver, at=now)
    return export, asker, approver


def in_a_thread(work: Callable[[], str]) -> Callable[[], str]:
    def worked() -> str:
        try:
            return work()
        finally:
            connections.close_all()

    return worked


@pytest.mark.django_db(transaction=True)
def test_of_four_takings_at_once_one_wins(association: Association, today: date, now: datetime) -> None:
    export, asker, _ = made(association, today=today, now=now)
    start = Barrier(4)

    def take() -> str:
        start.wait()
        try:
            with scope.enter(association.pk):
                actions.take_export(export, by=asker, head=["R"], cells=lambda case: [case.reference], at=now)
        except NotReady:
            return "refused"
        return "taken"

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(future.result() for future in [pool.submit(in_a_thread(take)) for _ in range(4)])

    assert answers == ["refused", "refused", "refused", "taken"]
    with scope.enter(association.pk):
        assert AuditEntry.objects.filter(kind=AuditKind.EXPORT_TAKEN).count() == 1
        assert CaseEvent.objects.filter(kind=EventKind.CASE_CONSULTED).count() == 3


@pytest.mark.django_db(transaction=True)
def test_of_four_decisions_at_once_one_stands(association: Association, today: date, now: datetime) -> None:
    asker = factories.make_membership(association, Role.REFERENT)
    deciders = [factories.make_membership(association, Role.DATA_DELEGATE) for _ in range(4)]
    campaign = factories.make_campaign(association, today=today)
    factories.make_case(campaign, by=asker.user, today=today, at=now, sent=None)
    export = factories.make_export(asker, at=now)
    start = Barrier(4)

    def decide(place: int) -> str:
        start.wait()
        with scope.enter(association.pk):
            if place % 2:
                return str(actions.approve_export(export, by=deciders[place], seen=1, at=now))
            return str(actions.refuse_export(export, by=deciders[place], at=now))

    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(in_a_thread(lambda place=place: decide(place))) for place in range(4)]  # type: ignore[misc]  # one each
        answers = sorted(future.result() for future in waiting)

    assert answers == ["False", "False", "False", "True"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_is_let_go_by_a_colleague_while_the_file_is_made_gets_nothing(
    association: Association, today: date, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The colleague's transaction commits while the export's own is open: neither waits for the other."""
    export, asker, approver = made(association, today=today, now=now)
    monkeypatch.setattr(exports, "CHUNK", 1)
    written: list[str] = []

    def let_go() -> str:
        with scope.enter(association.pk):
            fresh = Membership.objects.get(pk=asker.pk)
            actions.let_go(fresh, by=approver.user, at=now)
        return "gone"

    def line(case: Case) -> list[str]:
        written.append(case.reference)
        if len(written) == 2:
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(in_a_thread(let_go)).result(timeout=20) == "gone"
        return [case.reference]

    with scope.enter(association.pk), pytest.raises(RightGone):
        actions.take_export(export, by=asker, head=["R"], cells=line, at=now)

    assert len(written) == 2
    with scope.enter(association.pk):
        assert not access.is_standing(asker, right=Right.EXPORT_ASK)
        assert not CaseEvent.objects.filter(kind=EventKind.CASE_CONSULTED).exists()
        assert AuditEntry.objects.filter(kind=AuditKind.EXPORT_REFUSED, payload__stopped=True).count() == 1
