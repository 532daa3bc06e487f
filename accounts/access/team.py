"""Who works here, for those who may decide about it."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.fields import load_keys
from accounts.models import Invitation, Membership
from accounts.rules.roles import Right


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
