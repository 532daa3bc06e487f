"""A list is taken once, by who asked, while their access stands. Beside each thing that goes, what must not."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from accounts import scope
from accounts.models import Association, AuditEntry, Membership
from accounts.rules.audit import AuditKind, Why
from accounts.rules.roles import Role
from cases import access, actions
from cases.actions import NotReady, RightGone, WrongCount
from cases.models import Case, CaseEvent, Export
from cases.rules import exports
from cases.rules.exports import Selection
from cases.rules.lifecycle import EventKind
from tests import factories
from tests.cases.exports.conftest import DAY, OpenOne, approve, take


@pytest.mark.django_db
def test_the_file_holds_the_cases_oldest_first_and_each_member_sees_it(
    approved: Export, referent: Membership, now: datetime
) -> None:
    rows = take(approved, referent, at=now + timedelta(hours=1))

    with scope.enter(referent.association_id):
        cases = list(Case.objects.order_by("pk"))
        events = list(CaseEvent.objects.filter(kind=EventKind.CASE_CONSULTED).order_by("case_id"))
        entry = AuditEntry.objects.get(kind=AuditKind.EXPORT_TAKEN)
    assert rows == [[case.reference] for case in cases]
    assert [(event.case_id, event.by_id, event.payload["why"]) for event in events] == [
        (case.pk, referent.user_id, "export") for case in cases
    ]
    assert entry.payload["count"] == 3


@pytest.mark.django_db
def test_having_been_in_a_list_hides_no_opening(approved: Export, referent: Membership, now: datetime) -> None:
    take(approved, referent, at=now)
    with scope.enter(referent.association_id):
        case = Case.objects.with_people().order_by("pk")[0]
        for _ in range(2):
            access.consult(case, reader=referent.user, why=Why.SEARCH, at=now + timedelta(minutes=1))

        told = CaseEvent.objects.filter(case=case, kind=EventKind.CASE_CONSULTED).order_by("pk")
        assert [event.payload["why"] for event in told] == ["export", "search"]


@pytest.mark.django_db
def test_a_decoy_is_counted_and_taken_like_any_case_and_raises_its_alert(
    open_one: OpenOne, referent: Membership, delegate: Membership, now: datetime
) -> None:
    """A file without it, or a number that leaves it out, would tell which one it is."""
    real, decoy = open_one(), open_one(email="")
    with scope.enter(referent.association_id):
        actions.set_canary(decoy, on=True, by=delegate.user, at=now)
        assert access.count_and_newest(referent, Selection()) == (2, decoy.pk)
    export = factories.make_export(referent, at=now)
    assert approve(export, delegate, at=now)

    assert take(export, referent, at=now) == [[real.reference], [decoy.reference]]

    with scope.enter(referent.association_id):
        [alert] = AuditEntry.objects.filter(kind=AuditKind.CANARY_READ)
    assert (alert.by_id, alert.about, alert.about_id) == (referent.user_id, "case", str(decoy.pk))


@pytest.mark.django_db
def test_it_is_taken_once(approved: Export, referent: Membership, now: datetime) -> None:
    take(approved, referent, at=now)

    with pytest.raises(NotReady):
        take(approved, referent, at=now)
    with scope.enter(referent.association_id):
        assert AuditEntry.objects.filter(kind=AuditKind.EXPORT_TAKEN).count() == 1


@pytest.mark.django_db
def test_nobody_else_takes_it_nor_anybody_a_day_later(
    approved: Export, referent: Membership, coordinator: Membership, delegate: Membership, now: datetime
) -> None:
    for somebody in (coordinator, delegate):
        with pytest.raises(NotReady):
            take(approved, somebody, at=now)
    with pytest.raises(NotReady):
        take(approved, referent, at=now + DAY)
    assert len(take(approved, referent, at=now + DAY - timedelta(seconds=1))) == 3


@pytest.mark.django_db
def test_what_is_not_approved_is_not_taken(
    open_one: OpenOne, referent: Membership, delegate: Membership, now: datetime
) -> None:
    open_one()
    export = factories.make_export(referent, at=now)

    with pytest.raises(NotReady):
        take(export, referent, at=now)
    with scope.enter(referent.association_id):
        actions.refuse_export(export, by=delegate, at=now)
    with pytest.raises(NotReady):
        take(export, referent, at=now)


@pytest.mark.django_db
def test_a_case_opened_after_the_request_is_not_in_it(
    approved: Export, open_one: OpenOne, referent: Membership, now: datetime
) -> None:
    late = open_one()

    assert [late.reference] not in take(approved, referent, at=now)


@pytest.mark.django_db
def test_more_cases_than_were_approved_are_not_handed_out(
    open_one: OpenOne, referent: Membership, delegate: Membership, today: date, now: datetime
) -> None:
    """A case that moved into the filter after the approval. What is said is the number; the request stays as it is."""
    closed, other = open_one(), open_one()
    with scope.enter(referent.association_id):
        actions.close_case(closed, outcome="abandoned", today=today, at=now, by=referent.user)
    newest = open_one()
    with scope.enter(referent.association_id):
        actions.close_case(newest, outcome="abandoned", today=today, at=now, by=referent.user)
    export = factories.make_export(referent, at=now, selection=Selection(state="closed"))
    assert approve(export, delegate, at=now)
    with scope.enter(referent.association_id):
        actions.close_case(other, outcome="abandoned", today=today, at=now, by=referent.user)

    with pytest.raises(WrongCount) as grown:
        take(export, referent, at=now)

    assert grown.value.count == 3
    with scope.enter(referent.association_id):
        assert not CaseEvent.objects.filter(kind=EventKind.CASE_CONSULTED).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["membership", "role", "user", "association"])
def test_who_is_let_go_in_the_middle_gets_nothing(
    approved: Export,
    referent: Membership,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    """One case a chunk; the access ends while the second line is written. The approval is spent, nothing is told."""
    monkeypatch.setattr(exports, "CHUNK", 1)
    written: list[str] = []

    def line(case: Case) -> list[str]:
        written.append(case.reference)
        if len(written) == 2:
            let_go()
        return [case.reference]

    def let_go() -> None:
        match what:
            case "membership":
                Membership.objects.filter(pk=referent.pk).update(revoked_at=now)
            case "role":
                Membership.objects.filter(pk=referent.pk).update(roles=[Role.VOLUNTEER])
            case "user":
                type(referent.user).objects.filter(pk=referent.user_id).update(is_active=False)
            case "association":
                Association.objects.filter(pk=referent.association_id).update(is_active=False)

    with scope.enter(referent.association_id), pytest.raises(RightGone):
        actions.take_export(approved, by=referent, head=["Référence"], cells=line, at=now)

    assert len(written) == 2, "the third chunk was never made"
    with scope.enter(referent.association_id):
        approved.refresh_from_db()
        assert not CaseEvent.objects.filter(kind=EventKind.CASE_CONSULTED).exists()
        assert AuditEntry.objects.get(kind=AuditKind.EXPORT_REFUSED).payload["stopped"] is True
        assert not AuditEntry.objects.filter(kind=AuditKind.EXPORT_TAKEN).exists()
        Membership.objects.filter(pk=referent.pk).update(revoked_at=None, roles=[Role.REFERENT])
    assert approved.taken_at
    assert not approved.is_approved
    with pytest.raises(NotReady):
        take(approved, referent, at=now)


@pytest.mark.django_db
def test_who_is_let_go_at_the_last_line_gets_nothing_either(
    approved: Export, referent: Membership, now: datetime
) -> None:
    def last(case: Case) -> list[str]:
        Membership.objects.filter(pk=referent.pk).update(revoked_at=now)
        return [case.reference]

    with scope.enter(referent.association_id), pytest.raises(RightGone):
        actions.take_export(approved, by=referent, head=["Référence"], cells=last, at=now)


@pytest.mark.django_db
def test_a_chunk_costs_the_same_whatever_it_holds(
    open_one: OpenOne, referent: Membership, delegate: Membership, now: datetime
) -> None:
    costs = []
    for number in (2, 12):
        for _ in range(number):
            open_one()
        export = factories.make_export(referent, at=now)
        assert approve(export, delegate, at=now)
        with CaptureQueriesContext(connection) as asked:
            take(export, referent, at=now)
        costs.append(len(asked))

    assert costs[0] == costs[1]


# Who sees a request


@pytest.mark.django_db
def test_a_request_is_seen_by_its_asker_and_by_who_may_approve(
    approved: Export,
    referent: Membership,
    coordinator: Membership,
    delegate: Membership,
    volunteer: Membership,
    stranger: Membership,
    association: Association,
) -> None:
    other_referent = factories.make_membership(association, Role.REFERENT)
    with scope.enter(association.pk):
        for reader in (referent, coordinator, delegate):
            assert access.export_for(reader, approved.pk) == approved
            assert access.exports_for(reader) == [approved]
        assert access.exports_for(other_referent) == []
        with pytest.raises(Http404):
            access.export_for(other_referent, approved.pk)
        with pytest.raises(PermissionDenied):
            access.exports_for(volunteer)
        with pytest.raises(PermissionDenied):
            access.export_for(volunteer, approved.pk)
    with scope.enter(stranger.association_id):
        assert access.exports_for(stranger) == []
        with pytest.raises(Http404):
            access.export_for(stranger, approved.pk)
