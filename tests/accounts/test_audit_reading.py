"""Who reads the audit log, what they find, and who takes an alert off the page."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts import access, actions, scope
from accounts.access import Asked
from accounts.models import Association, AuditEntry, Membership
from accounts.rules.audit import AuditKind
from accounts.rules.roles import Role
from tests import factories
from tests.accounts.conftest import record, rows


def test_the_log_is_read_by_whoever_may_and_found_by_what_is_asked(
    association: Association, coordinator: Membership, delegate: Membership, volunteer: Membership, now: datetime
) -> None:
    record(association, 3, at=now, by=volunteer)
    with scope.enter(association.pk):
        AuditEntry.objects.record(AuditKind.SEARCHED, at=now + timedelta(days=2), by=coordinator.user, found=0)
        found = {
            "all": len(access.entries(delegate, Asked())[0]),
            "by": len(access.entries(coordinator, Asked(who=volunteer.user_id))[0]),
            "case": len(access.entries(coordinator, Asked(case=2))[0]),
            "kind": len(access.entries(coordinator, Asked(kinds=(AuditKind.SEARCHED,)))[0]),
            "why": len(access.entries(coordinator, Asked(why="queue"))[0]),
            "since": len(access.entries(coordinator, Asked(since=now + timedelta(days=1)))[0]),
            "until": len(access.entries(coordinator, Asked(until=now + timedelta(days=1)))[0]),
        }
        for reader in (volunteer,):
            with pytest.raises(PermissionDenied):
                access.entries(reader, Asked())
            with pytest.raises(PermissionDenied):
                access.chain_state(reader)

    assert found == {"all": 4, "by": 3, "case": 1, "kind": 1, "why": 3, "since": 1, "until": 3}


def test_pages_of_the_log_hold_every_entry_once(
    association: Association, coordinator: Membership, now: datetime
) -> None:
    record(association, 5, at=now)

    with scope.enter(association.pk):
        seen, before = list[int](), None
        while True:
            page, before = access.entries(coordinator, Asked(), before=before, limit=2)
            seen += [entry.pk for entry in page]
            if before is None:
                break

    assert seen == sorted((row.pk for row in rows(association)), reverse=True)


def test_another_associations_log_is_not_there(association: Association, stranger: Membership, now: datetime) -> None:
    record(association, 1, at=now)

    with scope.enter(stranger.association_id):
        assert access.entries(stranger, Asked())[0] == []
        with pytest.raises(Http404):
            access.alert_for(stranger, rows(association)[0].pk)


# Whom it concerns


@pytest.fixture
def done_to(
    association: Association, coordinator: Membership, volunteer: Membership, now: datetime
) -> list[AuditEntry]:
    """What a coordinator, or the operator, did to a volunteer; the oldest first."""
    second = factories.make_membership(association, Role.COORDINATOR)
    token, _ = factories.make_token(volunteer, at=now)
    with scope.enter(association.pk):
        actions.change_roles(volunteer, roles=[Role.REFERENT], by=coordinator.user, at=now)
        actions.close_sessions_of(volunteer, by=coordinator.user, at=now)
        actions.revoke_token(token, by=coordinator.user, at=now)
        reset = actions.ask_reset(volunteer, by=coordinator.user, at=now)
        actions.approve_reset(reset, by=second.user, at=now)
    actions.reset_by_operator(volunteer.user, at=now)
    with scope.enter(association.pk):
        actions.revoke_membership(volunteer, by=coordinator.user, at=now)
        return list(AuditEntry.objects.exclude(kind=AuditKind.TOKEN_CREATED).order_by("pk"))


def test_each_entry_tells_whom_it_was_done_to(
    association: Association, coordinator: Membership, volunteer: Membership, done_to: list[AuditEntry]
) -> None:
    with scope.enter(association.pk):
        whom = access.targets(coordinator, done_to)

    assert len(done_to) >= 7
    assert {whom[entry.pk].name for entry in done_to} == {volunteer.user.name}


def test_a_search_for_somebody_finds_what_was_done_to_them(
    association: Association, coordinator: Membership, volunteer: Membership, done_to: list[AuditEntry]
) -> None:
    bystander = factories.make_membership(association)
    with scope.enter(association.pk):
        theirs, _ = access.entries(coordinator, Asked(who=volunteer.user_id))
        others, _ = access.entries(coordinator, Asked(who=bystander.user_id))

    assert {entry.pk for entry in done_to} <= {entry.pk for entry in theirs}
    assert others == []


def test_what_somebody_does_to_their_own_account_names_them_once(
    association: Association, coordinator: Membership, volunteer: Membership, now: datetime
) -> None:
    actions.change_password(volunteer.user, password=factories.PASSWORD, at=now)

    with scope.enter(association.pk):
        [entry] = AuditEntry.objects.all()
        assert access.targets(coordinator, [entry]) == {}


def test_an_invitation_names_the_invited_and_is_found_by_whoever_accepted_it(
    association: Association, coordinator: Membership, now: datetime
) -> None:
    with scope.enter(association.pk):
        invitation, _ = actions.invite(
            association.pk,
            email="invitee@example.invalid",
            name="Personne Invitée",
            roles=[Role.VOLUNTEER],
            by=coordinator.user,
            at=now,
        )
        [entry] = AuditEntry.objects.all()
        user = actions.accept_invitation(invitation, password=factories.PASSWORD, name="Personne Invitée", at=now)

        assert access.targets(coordinator, [entry])[entry.pk].name == "Personne Invitée"
        assert entry in access.entries(coordinator, Asked(who=user.pk))[0]


def test_a_decision_on_a_list_concerns_whoever_asked_for_it(
    association: Association, coordinator: Membership, delegate: Membership, now: datetime
) -> None:
    with scope.enter(association.pk):
        for kind, by in ((AuditKind.EXPORT_ASKED, coordinator), (AuditKind.EXPORT_REFUSED, delegate)):
            AuditEntry.objects.record(kind, at=now, by=by.user, about="export", about_id=7)  # type: ignore[arg-type]  # a code
        refused = AuditEntry.objects.get(kind=AuditKind.EXPORT_REFUSED)

        assert access.targets(delegate, [refused]) == {refused.pk: coordinator.user}
        assert refused in access.entries(delegate, Asked(who=coordinator.user_id))[0]


def test_whom_it_concerns_is_told_to_whoever_may_read_the_log_alone(
    association: Association,
    volunteer: Membership,
    stranger: Membership,
    done_to: list[AuditEntry],
) -> None:
    reader = factories.make_membership(association)
    with scope.enter(association.pk), pytest.raises(PermissionDenied):
        access.targets(reader, done_to)
    with scope.enter(stranger.association_id):
        assert access.targets(stranger, done_to) == {}


# Alerts


def alert(association: Association, *, by: Membership, at: datetime) -> AuditEntry:
    with scope.enter(association.pk):
        return AuditEntry.objects.record(AuditKind.MASS_READING, at=at, by=by.user, found=60)


def test_an_alert_stands_until_somebody_has_seen_it(
    association: Association, coordinator: Membership, delegate: Membership, volunteer: Membership, now: datetime
) -> None:
    raised = alert(association, by=volunteer, at=now)
    with scope.enter(association.pk):
        assert access.alerts_for(coordinator) == [raised]
        assert (access.alert_count(delegate), access.alert_count(volunteer)) == (1, 0)

        assert actions.see_alert(access.alert_for(delegate, raised.pk), by=delegate.user, at=now)
        assert not actions.see_alert(raised, by=coordinator.user, at=now)

        assert access.alerts_for(coordinator) == []
        [seen] = AuditEntry.objects.filter(kind=AuditKind.ALERT_SEEN)
        assert (seen.by_id, seen.about, seen.about_id) == (delegate.user_id, "entry", str(raised.pk))
        with pytest.raises(PermissionDenied):
            access.alerts_for(volunteer)


def test_an_alert_about_oneself_is_for_somebody_else_to_see(
    association: Association, coordinator: Membership, now: datetime
) -> None:
    raised = alert(association, by=coordinator, at=now)
    with scope.enter(association.pk):
        assert access.alert_for(coordinator, raised.pk) == raised  # nobody else could

    factories.make_membership(association, Role.DATA_DELEGATE)
    with scope.enter(association.pk), pytest.raises(PermissionDenied):
        access.alert_for(coordinator, raised.pk)
