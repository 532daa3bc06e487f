"""Who works here: invitations, memberships, roles. One function is one transaction."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from accounts import scope
from accounts.access import token_hash, user_by_email
from accounts.actions.keys import create_keys
from accounts.actions.people import AlreadyUsed, create_user
from accounts.models import Invitation, KeyKind, Membership, User
from accounts.rules.roles import Role

INVITATION_LIFE = timedelta(hours=72)
PLEDGE_VERSION = 1


class InvitationClosed(ValueError):
    """The invitation was accepted, revoked or has expired."""


class LastCoordinator(ValueError):
    """Nobody would be left to invite, or to change roles."""


def join(association_id: int, *, user: User, roles: Iterable[Role], at: datetime) -> Membership:
    with scope.enter(association_id):
        membership: Membership = Membership.objects.create(
            association_id=association_id, user=user, roles=sorted(roles), joined_at=at
        )
        return membership


@transaction.atomic
def invite(
    association_id: int, *, email: str, name: str, roles: Iterable[Role], by: User, at: datetime
) -> tuple[Invitation, str]:
    """An invitation and its token, which is kept only as a hash. Needs the scope."""
    [subject] = create_keys(association_id, kind=KeyKind.PERSON)
    token = secrets.token_urlsafe(24)
    invitation: Invitation = Invitation.objects.create(
        association_id=association_id,
        subject=subject,
        token_hash=token_hash(token),
        email=email.strip(),
        name=name.strip(),
        roles=sorted(roles),
        invited_by=by,
        sent_at=at,
        expires_at=at + INVITATION_LIFE,
    )
    return invitation, token


def renew_invitation(invitation: Invitation, *, at: datetime) -> str | None:
    """A fresh token, and three more days; the old link stops working. None when it was accepted or revoked first."""
    token = secrets.token_urlsafe(24)
    renewed = Invitation.objects.unanswered().filter(pk=invitation.pk)
    changed = renewed.update(token_hash=token_hash(token), sent_at=at, expires_at=at + INVITATION_LIFE)
    return token if changed else None


def revoke_invitation(invitation: Invitation, *, at: datetime) -> bool:
    """False when it was accepted or revoked first."""
    return bool(Invitation.objects.unanswered().filter(pk=invitation.pk).update(revoked_at=at))


@transaction.atomic
def accept_invitation(
    invitation: Invitation, *, password: str, name: str, at: datetime, pledged_version: int = 0
) -> User:
    """Make the account (or use the address's one after its password was checked) and the membership.

    `pledged_version`: the pledge of confidentiality that was accepted with it. Raises InvitationClosed, and AlreadyUsed
    when the address has an account with another password.
    """
    if not Invitation.objects.open(at).filter(pk=invitation.pk).update(accepted_at=at):
        raise InvitationClosed("The invitation can no longer be accepted.")
    user = _account_for(invitation, password=password, name=name)
    if not Membership.objects.filter(user=user, revoked_at=None).exists():
        Membership.objects.create(
            association_id=invitation.association_id,
            user=user,
            roles=invitation.roles,
            joined_at=at,
            pledged_version=pledged_version,
        )
    return user


def _account_for(invitation: Invitation, *, password: str, name: str) -> User:
    user = user_by_email(invitation.email)
    if user is None:
        return create_user(email=invitation.email, name=name, password=password)
    if not user.has_usable_password():
        user.set_password(password)
        user.name = name
        user.save(update_fields=["password", "name"])
        return user
    if not user.check_password(password):
        raise AlreadyUsed("This address has an account with another password.")
    return user


@transaction.atomic
def revoke_membership(membership: Membership, *, at: datetime) -> bool:
    """Out at the next request. False when it was revoked first. Raises LastCoordinator."""
    _keep_a_coordinator(without=membership)
    return bool(Membership.objects.active().filter(pk=membership.pk).update(revoked_at=at))


@transaction.atomic
def change_roles(membership: Membership, *, roles: Iterable[Role]) -> None:
    """True at the next request. Raises LastCoordinator."""
    wanted = sorted(roles)
    if Role.COORDINATOR not in wanted:
        _keep_a_coordinator(without=membership)
    membership.roles = wanted
    membership.save(update_fields=["roles"])


def _keep_a_coordinator(*, without: Membership) -> None:
    """Locks the whole team, in one order: two coordinators who take the other's role away at once leave one."""
    team = list(Membership.objects.active().select_for_update(of=("self",)).order_by("pk"))
    coordinators = {colleague.pk for colleague in team if Role.COORDINATOR in colleague.roles}
    if coordinators == {without.pk}:
        raise LastCoordinator("The association's last coordinator stays.")
