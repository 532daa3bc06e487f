from datetime import datetime, timedelta

import pytest

from accounts import access, actions, scope
from accounts.models import AuditEntry, Invitation, Membership, User
from accounts.rules.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "encore une longue phrase"


def accept(invitation: Invitation, *, at: datetime, password: str = NEW_PASSWORD) -> User:
    with scope.enter(invitation.association_id):
        return actions.accept_invitation(invitation, password=password, name="Nouvelle bénévole", at=at)


def memberships(user: User) -> list[list[str]]:
    return [membership.roles for membership in access.memberships_of(user)]


def test_an_accepted_invitation_makes_an_account_and_a_membership(coordinator: Membership, now: datetime) -> None:
    invitation, _ = factories.make_invitation(coordinator.association, by=coordinator.user, at=now, email="a@b.fr")

    user = accept(invitation, at=now)

    assert access.user_by_email("a@b.fr") == user
    assert user.check_password(NEW_PASSWORD)
    assert memberships(user) == [[Role.VOLUNTEER]]


def test_a_token_finds_its_invitation_and_is_not_kept(coordinator: Membership, now: datetime) -> None:
    invitation, token = factories.make_invitation(coordinator.association, by=coordinator.user, at=now)

    assert access.invitation_ids(token) == (coordinator.association_id, invitation.pk)
    assert access.invitation_ids(token[:-1]) is None
    assert token not in invitation.token_hash


def test_an_invitation_is_accepted_once(coordinator: Membership, now: datetime) -> None:
    invitation, _ = factories.make_invitation(coordinator.association, by=coordinator.user, at=now)
    accept(invitation, at=now)

    with pytest.raises(actions.InvitationClosed):
        accept(invitation, at=now)


@pytest.mark.parametrize(("hours", "is_open"), [(71, True), (72, False), (1000, False)])
def test_an_invitation_stays_open_three_days(coordinator: Membership, now: datetime, hours: int, is_open: bool) -> None:
    invitation, _ = factories.make_invitation(coordinator.association, by=coordinator.user, at=now)
    later = now + timedelta(hours=hours)

    with scope.enter(coordinator.association_id):
        assert (access.open_invitation(invitation.pk, now=later) == invitation) is is_open
    if not is_open:
        with pytest.raises(actions.InvitationClosed):
            accept(invitation, at=later)
        assert User.objects.count() == 1


def test_a_revoked_invitation_cannot_be_accepted(coordinator: Membership, now: datetime) -> None:
    invitation, _ = factories.make_invitation(coordinator.association, by=coordinator.user, at=now)

    with scope.enter(coordinator.association_id):
        assert actions.revoke_invitation(invitation, by=coordinator.user, at=now)
        assert not actions.revoke_invitation(invitation, by=coordinator.user, at=now)
        assert access.open_invitation(invitation.pk, now=now) is None
    with pytest.raises(actions.InvitationClosed):
        accept(invitation, at=now)


def test_another_association_cannot_open_or_revoke_it(
    coordinator: Membership, stranger: Membership, now: datetime
) -> None:
    invitation, _ = factories.make_invitation(coordinator.association, by=coordinator.user, at=now)

    with scope.enter(stranger.association_id):
        assert access.open_invitation(invitation.pk, now=now) is None
        assert not actions.revoke_invitation(invitation, by=coordinator.user, at=now)
        with pytest.raises(actions.InvitationClosed):
            actions.accept_invitation(invitation, password=NEW_PASSWORD, name="x", at=now)


def test_an_account_with_another_password_is_not_taken_over(coordinator: Membership, now: datetime) -> None:
    known = factories.make_user()
    invitation, _ = factories.make_invitation(coordinator.association, by=coordinator.user, at=now, email=known.email)

    with pytest.raises(actions.AlreadyUsed):
        accept(invitation, at=now)

    assert User.objects.get(pk=known.pk).check_password(factories.PASSWORD)
    assert memberships(known) == []
    with scope.enter(coordinator.association_id):
        assert access.open_invitation(invitation.pk, now=now) == invitation


def test_an_account_with_the_right_password_joins(coordinator: Membership, now: datetime) -> None:
    known = factories.make_user()
    invitation, _ = factories.make_invitation(coordinator.association, by=coordinator.user, at=now, email=known.email)

    assert accept(invitation, at=now, password=factories.PASSWORD) == known
    assert memberships(known) == [[Role.VOLUNTEER]]


def test_while_a_password_is_ended_no_invitation_of_somebody_else_sets_one(
    coordinator: Membership, stranger: Membership, now: datetime
) -> None:
    known = factories.make_membership(stranger.association, Role.VOLUNTEER, at=now).user
    known.set_unusable_password()
    known.save(update_fields=["password"])
    invitation, _ = factories.make_invitation(coordinator.association, by=coordinator.user, at=now, email=known.email)

    with pytest.raises(actions.AlreadyUsed):
        accept(invitation, at=now)

    assert not User.objects.get(pk=known.pk).has_usable_password()


def test_a_member_who_only_used_codes_gets_a_password(
    coordinator: Membership, member_user: User, now: datetime
) -> None:
    invitation, _ = factories.make_invitation(
        coordinator.association, by=coordinator.user, at=now, email=member_user.email
    )

    assert accept(invitation, at=now) == member_user
    assert User.objects.get(pk=member_user.pk).check_password(NEW_PASSWORD)


def test_who_belongs_already_keeps_their_roles(coordinator: Membership, now: datetime) -> None:
    invitation, _ = factories.make_invitation(
        coordinator.association, by=coordinator.user, at=now, email=coordinator.user.email
    )

    accept(invitation, at=now, password=factories.PASSWORD)

    assert memberships(coordinator.user) == [[Role.COORDINATOR]]


# What is recorded


def recorded(association_id: int) -> list[tuple[str, str, dict[str, object]]]:
    with scope.enter(association_id):
        return [(row.kind, row.about_id, row.payload) for row in AuditEntry.objects.order_by("pk")]


def test_each_step_of_an_invitation_is_recorded_in_codes(coordinator: Membership, now: datetime) -> None:
    association_id, by = coordinator.association_id, coordinator.user
    first, _ = factories.make_invitation(coordinator.association, by=by, at=now)
    second, _ = factories.make_invitation(coordinator.association, by=by, at=now)
    with scope.enter(association_id):
        assert actions.renew_invitation(first, by=by, at=now)
        assert actions.revoke_invitation(second, by=by, at=now)
        assert actions.renew_invitation(second, by=by, at=now) is None
    accept(first, at=now)

    roles = {"roles": ["benevole"]}
    assert recorded(association_id) == [
        ("invited", str(first.pk), roles),
        ("invited", str(second.pk), roles),
        ("invitation_renewed", str(first.pk), {}),
        ("invitation_revoked", str(second.pk), {}),
        ("invitation_accepted", str(first.pk), roles),
    ]


def test_a_renewed_link_works_and_the_old_one_does_not(coordinator: Membership, now: datetime) -> None:
    invitation, old = factories.make_invitation(coordinator.association, by=coordinator.user, at=now)
    with scope.enter(coordinator.association_id):
        new = actions.renew_invitation(invitation, by=coordinator.user, at=now)

    assert new
    assert access.invitation_ids(new) == (coordinator.association_id, invitation.pk)
    assert access.invitation_ids(old) is None


def test_roles_are_recorded_as_they_were_and_as_they_are(
    coordinator: Membership, volunteer: Membership, now: datetime
) -> None:
    with scope.enter(coordinator.association_id):
        actions.change_roles(volunteer, roles=[Role.REFERENT], by=coordinator.user, at=now)
        actions.change_roles(volunteer, roles=[Role.REFERENT], by=coordinator.user, at=now)

    assert recorded(coordinator.association_id) == [
        ("roles_changed", str(volunteer.pk), {"before": ["benevole"], "roles": ["referent"]})
    ]


def test_the_associations_choice_is_recorded_by_the_fields_name(coordinator: Membership, now: datetime) -> None:
    association = coordinator.association
    with scope.enter(association.pk):
        assert actions.set_team_sees_all(association, on=False, by=coordinator.user, at=now)
        assert not actions.set_team_sees_all(association, on=False, by=coordinator.user, at=now)

    assert recorded(association.pk) == [("association_changed", "", {"fields": ["team_sees_all"], "on": False})]
