"""Who works here, asked past every page: the right is looked at where the rows are."""

from collections.abc import Callable
from datetime import datetime

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts import access, actions, scope
from accounts.access import secrets_of
from accounts.models import Membership
from accounts.rules.roles import Right, Role
from tests import factories
from tests.web.desk.authenticator import enrol

pytestmark = pytest.mark.django_db

ASKED: dict[str, Callable[[Membership, int], object]] = {
    "the team": lambda by, _: access.team_for(by),
    "a colleague": access.colleague_for,
    "who has left": access.has_left,
    "the invitations": lambda by, _: access.invitations_for(by),
    "an invitation": access.invitation_for,
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_nobody_learns_of_the_team_who_may_not_decide_about_it(
    volunteer: Membership, colleague: Membership, now: datetime, asked: Callable[[Membership, int], object]
) -> None:
    coordinator = factories.make_membership(volunteer.association, Role.COORDINATOR)
    invitation, _ = factories.make_invitation(volunteer.association, by=coordinator.user, at=now)
    key = invitation.pk if asked is access.invitation_for else colleague.pk

    with scope.enter(volunteer.association_id):
        asked(coordinator, key)
        with pytest.raises(PermissionDenied):
            asked(volunteer, key)


def test_nobody_decides_about_themselves_or_about_who_is_not_of_the_team(
    volunteer: Membership, colleague: Membership, stranger: Membership, now: datetime
) -> None:
    coordinator = factories.make_membership(volunteer.association, Role.COORDINATOR)
    with scope.enter(volunteer.association_id):
        actions.revoke_membership(colleague, by=None, at=now)

        with pytest.raises(PermissionDenied):
            access.colleague_for(coordinator, coordinator.pk)
        for nobody in (colleague, stranger):
            with pytest.raises(Http404):
                access.colleague_for(coordinator, nobody.pk)
        asked = (volunteer, colleague, stranger)
        assert [access.has_left(coordinator, one.pk) for one in asked] == [False, True, False]


def test_an_invitation_is_opened_by_its_own_key(volunteer: Membership, now: datetime) -> None:
    coordinator = factories.make_membership(volunteer.association, Role.COORDINATOR)
    two = [factories.make_invitation(volunteer.association, by=volunteer.user, at=now)[0] for _ in range(2)]

    with scope.enter(volunteer.association_id):
        assert [access.open_invitation(one.pk, now=now) for one in two] == two
        assert [access.invitation_for(coordinator, one.pk) for one in two] == two
        assert access.open_invitation(max(one.pk for one in two) + 1, now=now) is None
        with pytest.raises(Http404):
            access.invitation_for(coordinator, max(one.pk for one in two) + 1)


def test_those_asked_about_who_have_a_factor_are_told_and_nobody_else(
    volunteer: Membership, colleague: Membership, stranger: Membership
) -> None:
    enrol(colleague.user)
    enrol(stranger.user)
    with secrets_of(volunteer.user):
        RecoveryCodes.activate(volunteer.user)

    assert access.who_has_factor([volunteer.user, colleague.user]) == {colleague.user_id}


def test_who_has_had_a_right_for_less_than_seven_days_is_told_from_when(volunteer: Membership) -> None:
    with scope.enter(volunteer.association_id), pytest.raises(access.TooNew, match="Too new before 20") as raised:
        access.require_settled(volunteer, right=Right.WORK_OWN, at=volunteer.joined_at)

    assert (raised.value.ready_at - volunteer.joined_at).days == 7
