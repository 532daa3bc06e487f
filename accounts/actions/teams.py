"""Who works here: invitations, memberships, roles. One function is one transaction."""

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import scope
from accounts.access import memberships_anywhere, memberships_of, token_hash, user_by_email
from accounts.actions.factors import record_everywhere
from accounts.actions.keys import create_keys, destroy_keys
from accounts.actions.people import AlreadyUsed, create_user
from accounts.actions.sessions import end_sessions
from accounts.crypto import normalised
from accounts.models import (
    ApiToken,
    Association,
    AuditEntry,
    FactorReset,
    Invitation,
    KeyKind,
    Membership,
    SignIn,
    SignInEnd,
    User,
)
from accounts.rules.audit import About, AuditKind
from accounts.rules.roles import POWERS, Right, Role, rights_of

INVITATION_LIFE = timedelta(hours=72)
RENEWED_WITHIN = timedelta(days=30)
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
    invitation, token = _new_invitation(association_id, email=email, name=name, roles=roles, by=by, at=at)
    _record(AuditKind.INVITED, invitation, by=by, at=at, roles=invitation.roles)
    return invitation, token


def _new_invitation(
    association_id: int, *, email: str, name: str, roles: Iterable[Role], by: User, at: datetime
) -> tuple[Invitation, str]:
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


@transaction.atomic
def invite_anew(user: User, *, at: datetime) -> tuple[Invitation, str]:
    """By the operator, for whoever forgot their password: the old one opens nothing, every session ends.

    An invitation to their own address, from their oldest association, lets them choose another; earlier ones of this
    kind are revoked. It stands in their own name, so it goes with their access. The second factor stays, and is asked.
    """
    [membership, *_others] = memberships_of(user)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    end_sessions(user, end=SignInEnd.PASSWORD, at=at)
    record_everywhere(user, AuditKind.PASSWORD_CHANGED, by=None, at=at, factor="password")
    with scope.enter(membership.association_id):
        _revoke_own(user, at=at)
        invitation, token = _new_invitation(
            membership.association_id, email=user.email, name=user.name, roles=membership.roles, by=user, at=at
        )
        _record(AuditKind.INVITED, invitation, by=None, at=at, roles=invitation.roles)
    return invitation, token


def _revoke_own(user: User, *, at: datetime) -> None:
    for one in Invitation.objects.unanswered().filter(invited_by=user).order_by("pk"):
        if normalised(one.email) == normalised(user.email):
            one.revoked_at = at
            one.save(update_fields=["revoked_at"])
            _record(AuditKind.INVITATION_REVOKED, one, by=None, at=at)
            destroy_keys([one.subject])


def _record(kind: AuditKind, invitation: Invitation, *, by: User | None, at: datetime, **payload: Any) -> None:
    AuditEntry.objects.record(kind, at=at, by=by, about=About.INVITATION, about_id=invitation.pk, **payload)


@transaction.atomic
def renew_invitation(invitation: Invitation, *, by: User, at: datetime) -> str | None:
    """A fresh token, and three more days; the old link stops working.

    None when it was accepted or revoked first, or has expired more than thirty days ago: whoever decided so long ago
    decides anew.
    """
    token = secrets.token_urlsafe(24)
    renewed = Invitation.objects.unanswered().filter(pk=invitation.pk, expires_at__gte=at - RENEWED_WITHIN)
    changed = renewed.update(token_hash=token_hash(token), sent_at=at, expires_at=at + INVITATION_LIFE)
    if not changed:
        return None
    _record(AuditKind.INVITATION_RENEWED, invitation, by=by, at=at)
    return token


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User, at: datetime) -> bool:
    """False when it was accepted or revoked first."""
    if not Invitation.objects.unanswered().filter(pk=invitation.pk).update(revoked_at=at):
        return False
    _record(AuditKind.INVITATION_REVOKED, invitation, by=by, at=at)
    destroy_keys([invitation.subject])
    return True


@transaction.atomic
def revoke_keyless(destroyed: Collection[UUID], *, at: datetime) -> int:
    """After older rows were put back: close what was answered or withdrawn since, as its destroyed key tells.

    Needs the scope. How many.
    """
    keyless = [one for one in Invitation.objects.unanswered().order_by("pk") if one.subject in destroyed]
    for invitation in keyless:
        invitation.revoked_at = at
        invitation.save(update_fields=["revoked_at"])
        _record(AuditKind.INVITATION_REVOKED, invitation, by=None, at=at)
    return len(keyless)


@transaction.atomic
def accept_invitation(
    invitation: Invitation, *, password: str, name: str, at: datetime, pledged_version: int = 0
) -> User:
    """Make the account (or use the address's one after its password was checked) and the membership.

    `pledged_version`: the pledge of confidentiality that was accepted with it. Raises InvitationClosed, and AlreadyUsed
    when the address has an account with another password.
    """
    # Without its key nobody knows whom it was for: whoever has the link would become anybody.
    is_for_somebody = bool(invitation.email)
    if not is_for_somebody or not Invitation.objects.open(at).filter(pk=invitation.pk).update(accepted_at=at):
        raise InvitationClosed("The invitation can no longer be accepted.")
    user = _account_for(invitation, password=password, name=name)
    if not Membership.objects.filter(user=user, revoked_at=None).exists():
        membership = Membership.objects.create(
            association_id=invitation.association_id,
            user=user,
            roles=invitation.roles,
            joined_at=at,
            pledged_version=pledged_version,
        )
        _tell_of_powers(membership, before=[], by=invitation.invited_by, at=at)
    _record(AuditKind.INVITATION_ACCEPTED, invitation, by=user, at=at, roles=invitation.roles)
    destroy_keys([invitation.subject])
    return user


def _account_for(invitation: Invitation, *, password: str, name: str) -> User:
    user = user_by_email(invitation.email)
    if user is None:
        return create_user(email=invitation.email, name=name, password=password)
    if not user.has_usable_password():
        if invitation.invited_by_id != user.pk and memberships_anywhere(user):
            raise AlreadyUsed("A new password comes by the link that was sent for it, not by another invitation.")
        user.set_password(password)
        user.name = name
        user.save(update_fields=["password", "name"])
        return user
    if not user.check_password(password):
        raise AlreadyUsed("This address has an account with another password.")
    return user


@transaction.atomic
def revoke_membership(membership: Membership, *, by: User | None, at: datetime) -> bool:
    """Out at the next request, with the tokens, invitations and requests in their name, and their sessions.

    Whoever works for another association too stays signed in there. What they held of cases: `cases.actions.let_go`.
    `by=None`: the operator. False when it was revoked first. Raises LastCoordinator.
    """
    _keep_a_coordinator(without=membership)
    if not Membership.objects.active().filter(pk=membership.pk).update(revoked_at=at):
        return False
    AuditEntry.objects.record(
        AuditKind.MEMBERSHIP_REVOKED, at=at, by=by, about=About.MEMBERSHIP, about_id=membership.pk
    )
    _withdraw(membership, by=by, at=at)
    if not memberships_of(membership.user):
        end_sessions(membership.user, end=SignInEnd.REVOKED, at=at)
    return True


def _withdraw(membership: Membership, *, by: User | None, at: datetime) -> None:
    """What still waits, or works, in somebody's name; each with its entry. Nine statements at most."""
    sent = Invitation.objects.unanswered().filter(invited_by=membership.user_id)
    tokens = ApiToken.objects.filter(membership=membership, revoked_at=None)
    asked = FactorReset.objects.waiting(at).filter(Q(asked_by=membership.user_id) | Q(membership=membership))
    subjects = list(sent.order_by("pk").values_list("subject", flat=True))
    ended: list[tuple[AuditKind, About, list[int]]] = [
        (AuditKind.INVITATION_REVOKED, About.INVITATION, _take(sent, revoked_at=at)),
        (AuditKind.TOKEN_REVOKED, About.TOKEN, _take(tokens, revoked_at=at)),
        (AuditKind.RESET_CANCELLED, About.RESET, _take(asked, cancelled_at=at)),
    ]
    AuditEntry.objects.bulk_create(
        AuditEntry(association_id=membership.association_id, kind=kind, at=at, by=by, about=about, about_id=str(pk))
        for kind, about, ids in ended
        for pk in ids
    )
    if subjects:
        destroy_keys(subjects)


def _take(rows: QuerySet[Any], **change: datetime) -> list[int]:
    """The ids of these rows, which are changed; locked first, so that no other decision comes between."""
    ids = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    if ids:
        rows.model._default_manager.filter(pk__in=ids).update(**change)
    return ids


@transaction.atomic
def change_roles(membership: Membership, *, roles: Iterable[Role], by: User, at: datetime) -> None:
    """True at the next request; with the right to decide about others goes what was decided and still waits, or works.

    Raises LastCoordinator.
    """
    wanted = sorted(str(role) for role in roles)
    if Role.COORDINATOR not in wanted:
        _keep_a_coordinator(without=membership)
    # As they are now: of two who give the same roles at once one is recorded.
    before = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk).roles
    membership.roles = wanted
    membership.save(update_fields=["roles"])
    if before != wanted:
        AuditEntry.objects.record(
            AuditKind.ROLES_CHANGED,
            at=at,
            by=by,
            about=About.MEMBERSHIP,
            about_id=membership.pk,
            before=before,
            roles=wanted,
        )
    _tell_of_powers(membership, before=before, by=by, at=at)
    if Right.MANAGE in rights_of(before) - rights_of(wanted):
        _withdraw(membership, by=by, at=at)


def _tell_of_powers(membership: Membership, *, before: list[str], by: User, at: datetime) -> None:
    """An alert where somebody becomes one who may be the second of two people: the others hear of it in time."""
    if POWERS & (rights_of(membership.roles) - rights_of(before)):
        AuditEntry.objects.record(
            AuditKind.POWER_GIVEN,
            at=at,
            by=by,
            about=About.MEMBERSHIP,
            about_id=membership.pk,
            roles=membership.roles,
        )


@transaction.atomic
def set_team_sees_all(association: Association, *, on: bool, by: User, at: datetime) -> bool:
    """The association's choice: do volunteers see each other's cases? False when it was so already."""
    if not Association.objects.filter(pk=association.pk, team_sees_all=not on).update(team_sees_all=on):
        return False
    association.team_sees_all = on
    AuditEntry.objects.record(AuditKind.ASSOCIATION_CHANGED, at=at, by=by, fields=["team_sees_all"], on=on)
    return True


@transaction.atomic
def set_send_window(
    association: Association, *, opens: int, closes: int, weekdays: Iterable[int], by: User, at: datetime
) -> bool:
    """The association's choice: when do its mails leave? What waits already obeys it too. False when it was so already.

    From the hour `opens` up to the hour `closes` (1 to 24) of these weekdays (0 is Monday), on the association's clock.
    """
    days = "".join(str(day) for day in sorted(weekdays))
    other = Association.objects.filter(pk=association.pk).exclude(sends_from=opens, sends_until=closes, sends_on=days)
    if not other.update(sends_from=opens, sends_until=closes, sends_on=days):
        return False
    association.sends_from, association.sends_until, association.sends_on = opens, closes, days
    AuditEntry.objects.record(
        AuditKind.ASSOCIATION_CHANGED,
        at=at,
        by=by,
        fields=["sends_from", "sends_until", "sends_on"],
        sends_from=opens,
        sends_until=closes,
        sends_on=days,
    )
    return True


@transaction.atomic
def set_terms(association: Association, *, active: int, archive: int, by: User, at: datetime) -> bool:
    """The association's choice: for how many months are cases kept? It counts for all of them. False when it was so.

    Bounded by the database as by `cases.rules.keeping`.
    """
    other = Association.objects.filter(pk=association.pk).exclude(active_months=active, archive_months=archive)
    if not other.update(active_months=active, archive_months=archive):
        return False
    association.active_months, association.archive_months = active, archive
    AuditEntry.objects.record(
        AuditKind.ASSOCIATION_CHANGED,
        at=at,
        by=by,
        fields=["active_months", "archive_months"],
        active_months=active,
        archive_months=archive,
    )
    return True


@transaction.atomic
def close_sessions_of(colleague: Membership, *, by: User, at: datetime) -> int:
    """Sign a colleague out of this desk, at a coordinator's wish. How many sessions it were.

    What they have open for another association, or as a member, is none of the coordinator's.
    """
    here = SignIn.objects.open().at_work_for(colleague.association_id).filter(user=colleague.user_id)
    ended = here.update(ended_at=at, end=SignInEnd.TEAM)
    AuditEntry.objects.record(
        AuditKind.SIGNED_OUT_EVERYWHERE,
        at=at,
        by=by,
        about=About.MEMBERSHIP,
        about_id=colleague.pk,
        sessions=ended,
    )
    return ended


def _keep_a_coordinator(*, without: Membership) -> None:
    """Locks the whole team, in one order: two coordinators who take the other's role away at once leave one."""
    team = list(Membership.objects.active().select_for_update(of=("self",)).order_by("pk"))
    coordinators = {colleague.pk for colleague in team if Role.COORDINATOR in colleague.roles}
    if coordinators == {without.pk}:
        raise LastCoordinator("The association's last coordinator stays.")
