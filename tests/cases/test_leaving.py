"""A volunteer leaves: nothing opens for them any more, and nothing waits for somebody who is gone."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import access as entry
from accounts import actions as accounts
from accounts import scope
from accounts.actions import LastCoordinator
from accounts.models import ApiToken, AuditEntry, FactorReset, Invitation, Membership, SignIn
from accounts.rules.audit import AuditKind
from accounts.rules.roles import Role
from cases import access, actions
from cases.models import Case, CaseEvent, Export
from cases.rules.lifecycle import Impossible
from tests import factories
from tests.cases.conftest import OpenOne


def let_go(leaver: Membership, *, by: Membership, at: datetime) -> bool:
    return actions.let_go(leaver, by=by.user, at=at)


def kinds() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("kind", flat=True))


def make_export(asker: Membership, *, at: datetime, approved: bool = False, taken: bool = False) -> Export:
    return Export.objects.create(
        association_id=asker.association_id,
        subject=asker.user.subject,
        with_people=False,
        count=1,
        up_to=1,
        reason=factories.plant("cases.Export.reason"),
        asked_by=asker.user,
        asked_at=at,
        expires_at=at + timedelta(hours=24),
        is_approved=approved,
        decided_at=at if approved else None,
        taken_at=at if taken else None,
    )


def test_their_open_cases_are_nobodys_and_wait_in_the_queue(
    open_one: OpenOne, in_scope: Membership, coordinator: Membership, today: date, now: datetime
) -> None:
    first, second, closed, other = open_one(), open_one(), open_one(), open_one(by=coordinator.user)
    actions.close_case(closed, outcome="abandoned", today=today, at=now, by=in_scope.user)

    assert let_go(in_scope, by=coordinator, at=now)

    waiting, _ = access.queue_for(coordinator, whose="nobody", until=today + timedelta(days=40))
    assert {case.pk for case in waiting} == {first.pk, second.pk}
    assert Case.objects.get(pk=other.pk).assigned_to_id == coordinator.user_id
    assert Case.objects.get(pk=closed.pk).assigned_to_id == in_scope.user_id
    for case in (first, second):
        event = CaseEvent.objects.filter(case=case, kind="case_assigned").get()
        assert (event.by_id, event.payload) == (coordinator.user_id, {"left": True})
        assert Case.objects.get(pk=case.pk).version == case.version + 1


def test_a_closed_case_that_is_reopened_later_is_nobodys(
    open_one: OpenOne, in_scope: Membership, coordinator: Membership, today: date, now: datetime
) -> None:
    case = actions.close_case(open_one(), outcome="abandoned", today=today, at=now, by=in_scope.user)
    let_go(in_scope, by=coordinator, at=now)

    actions.reopen_case(case, today=today, at=now, by=coordinator.user)

    assert Case.objects.get(pk=case.pk).assigned_to_id is None


def test_what_works_or_waits_in_their_name_is_closed(
    in_scope: Membership, coordinator: Membership, colleague: Membership, now: datetime
) -> None:
    invitation, link = factories.make_invitation(in_scope.association, by=in_scope.user, at=now)
    token, _ = factories.make_token(in_scope, at=now)
    reset = accounts.ask_reset(colleague, by=in_scope.user, at=now)
    about_them = accounts.ask_reset(in_scope, by=coordinator.user, at=now)
    session = factories.make_sign_in(in_scope.user, at=now)

    let_go(in_scope, by=coordinator, at=now)

    assert entry.open_invitation(invitation.pk, now=now) is None
    assert Invitation.objects.get(pk=invitation.pk).revoked_at == now
    assert ApiToken.objects.get(pk=token.pk).revoked_at == now
    assert [FactorReset.objects.get(pk=one.pk).cancelled_at for one in (reset, about_them)] == [now, now]
    assert SignIn.objects.get(pk=session.pk).end == "revoked"
    assert kinds()[-5:] == [
        AuditKind.MEMBERSHIP_REVOKED,
        AuditKind.INVITATION_REVOKED,
        AuditKind.TOKEN_REVOKED,
        AuditKind.RESET_CANCELLED,
        AuditKind.RESET_CANCELLED,
    ]
    assert link


def test_their_lists_are_closed_and_the_others_stay(
    in_scope: Membership, coordinator: Membership, referent: Membership, now: datetime
) -> None:
    waiting, ready = make_export(in_scope, at=now), make_export(in_scope, at=now, approved=True)
    taken, other = make_export(in_scope, at=now, approved=True, taken=True), make_export(referent, at=now)

    let_go(in_scope, by=coordinator, at=now)

    assert set(Export.objects.all().waiting(now).values_list("pk", flat=True)) == {other.pk}
    assert not Export.objects.all().ready(now).filter(pk=ready.pk).exists()
    assert Export.objects.get(pk=taken.pk).expires_at > now
    closed = AuditEntry.objects.filter(kind=AuditKind.EXPORT_REFUSED).values_list("about_id", flat=True)
    assert set(closed) == {str(waiting.pk), str(ready.pk)}


def test_colleagues_keep_theirs(in_scope: Membership, coordinator: Membership, now: datetime) -> None:
    invitation, _ = factories.make_invitation(in_scope.association, by=coordinator.user, at=now)
    token, _ = factories.make_token(coordinator, at=now)
    session = factories.make_sign_in(coordinator.user, at=now)

    let_go(in_scope, by=coordinator, at=now)

    assert entry.open_invitation(invitation.pk, now=now)
    assert ApiToken.objects.get(pk=token.pk).revoked_at is None
    assert SignIn.objects.get(pk=session.pk).ended_at is None


def test_whoever_works_elsewhere_too_stays_signed_in_there(
    in_scope: Membership, coordinator: Membership, stranger: Membership, now: datetime
) -> None:
    factories.make_membership(stranger.association, Role.VOLUNTEER, user=in_scope.user)
    session = factories.make_sign_in(in_scope.user, at=now)

    let_go(in_scope, by=coordinator, at=now)

    assert SignIn.objects.get(pk=session.pk).ended_at is None
    assert [one.association_id for one in entry.memberships_of(in_scope.user)] == [stranger.association_id]


def test_a_second_time_changes_nothing(
    open_one: OpenOne, in_scope: Membership, coordinator: Membership, now: datetime
) -> None:
    open_one()
    assert let_go(in_scope, by=coordinator, at=now)
    before = kinds()

    assert not let_go(in_scope, by=coordinator, at=now)
    assert kinds() == before


def test_the_last_coordinator_stays_with_all_they_hold(
    open_one: OpenOne, in_scope: Membership, coordinator: Membership, now: datetime
) -> None:
    case = open_one(by=coordinator.user)

    with pytest.raises(LastCoordinator):
        let_go(coordinator, by=coordinator, at=now)

    assert Case.objects.get(pk=case.pk).assigned_to_id == coordinator.user_id


def test_another_association_lets_nobody_go(in_scope: Membership, stranger: Membership, now: datetime) -> None:
    with scope.enter(stranger.association_id):
        assert not let_go(in_scope, by=stranger, at=now)

    assert Membership.objects.get(pk=in_scope.pk).revoked_at is None


def test_many_cases_take_no_more_statements(
    open_one: OpenOne, in_scope: Membership, colleague: Membership, coordinator: Membership, now: datetime
) -> None:
    open_one(by=colleague.user)
    with CaptureQueriesContext(connection) as few:
        let_go(colleague, by=coordinator, at=now)
    for _ in range(40):
        open_one()

    with CaptureQueriesContext(connection) as many:
        let_go(in_scope, by=coordinator, at=now)

    assert len(many) == len(few) < 30


def test_nobody_is_given_a_case_after_they_left(
    open_one: OpenOne, in_scope: Membership, coordinator: Membership, today: date, now: datetime
) -> None:
    case = open_one(by=coordinator.user)
    let_go(in_scope, by=coordinator, at=now)

    with pytest.raises(Impossible):
        actions.assign(case, to=in_scope.user, today=today, at=now, by=coordinator.user)

    assert Case.objects.get(pk=case.pk).assigned_to_id == coordinator.user_id
