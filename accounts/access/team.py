"""Who works here, for those who may decide about it."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.fields import load_keys
from accounts.models import AuditEntry, Invitation, Membership
from accounts.rules.audit import About, AuditKind
from accounts.rules.roles import SETTLES, Right, rights_of


class TooNew(ValueError):
    """Somebody has had a right for less than seven days: they are not yet one of two people. `ready_at`: from when."""

    def __init__(self, ready_at: datetime) -> None:
        super().__init__(f"Too new before {ready_at.isoformat()}.")
        self.ready_at = ready_at


def open_invitation(invitation_id: int, *, now: datetime) -> Invitation | None:
    """The invitation in scope, while it can still be accepted."""
    return Invitation.objects.open(now).select_related("association").filter(pk=invitation_id).first()


def team_for(membership: Membership) -> list[Membership]:
    """Everybody at work in the association in scope, with their names at hand; PermissionDenied without MANAGE."""
    require(membership, Right.MANAGE)
    team = list(Membership.objects.active().select_related("user").order_by("joined_at", "pk"))
    load_keys(colleague.user.subject for colleague in team)
    return team


def colleague_for(membership: Membership, pk: int) -> Membership:
    """A colleague to decide about. Http404 outside the team; PermissionDenied without MANAGE, and for oneself."""
    require(membership, Right.MANAGE)
    colleague: Membership | None = Membership.objects.active().select_related("user").filter(pk=pk).first()
    if colleague is None:
        raise Http404
    if colleague.user_id == membership.user_id:
        raise PermissionDenied
    return colleague


def has_left(membership: Membership, pk: int) -> bool:
    """Was this somebody of the team, whose access was withdrawn? PermissionDenied without MANAGE."""
    require(membership, Right.MANAGE)
    return bool(Membership.objects.filter(pk=pk).exclude(revoked_at=None).exists())


def invitations_for(membership: Membership) -> list[Invitation]:
    """Those that wait for an answer, expired ones too, newest first. PermissionDenied without MANAGE."""
    require(membership, Right.MANAGE)
    waiting = list(Invitation.objects.unanswered().order_by("-sent_at", "-pk"))
    load_keys(invitation.subject for invitation in waiting)
    return waiting


def invitation_for(membership: Membership, pk: int) -> Invitation:
    """An invitation to revoke or to send again. Http404 outside the association; PermissionDenied without MANAGE."""
    require(membership, Right.MANAGE)
    invitation: Invitation | None = Invitation.objects.filter(pk=pk).first()
    if invitation is None:
        raise Http404
    return invitation


def require(membership: Membership, right: Right) -> None:
    if not membership.may(right):
        raise PermissionDenied


def settling(team: Iterable[Membership], right: Right) -> dict[int, datetime]:
    """By membership, from when it counts as one of two people: seven days after it got the right. One query.

    For those who have the right now: since the last change of roles, in the log, that gave it, else since they joined.
    """
    since = {one.pk: one.joined_at for one in team}
    changes = AuditEntry.objects.filter(
        kind=AuditKind.ROLES_CHANGED, about=About.MEMBERSHIP, about_id__in=[str(pk) for pk in since]
    )
    for change in changes.order_by("pk"):
        if right not in rights_of(change.payload.get("before", [])):
            since[int(change.about_id)] = change.at
    return {pk: moment + SETTLES for pk, moment in since.items()}


def require_settled(*people: Membership, right: Right, at: datetime) -> None:
    """Raises TooNew, with the latest moment, where one of them has had the right for less than seven days."""
    ready_at = max(settling(people, right).values(), default=at)
    if at < ready_at:
        raise TooNew(ready_at)
