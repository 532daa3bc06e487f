"""Who may have a lost factor taken off, and whose desk stays closed after it was done elsewhere."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts import scope
from accounts.access.team import require, settling
from accounts.fields import load_keys
from accounts.models import FactorReset, Membership, User
from accounts.rules.roles import Right


@dataclass(frozen=True, slots=True)
class ResetAsked:
    """One that waits, with the people whom its page names."""

    reset: FactorReset
    person: User
    asked_by: User


def waiting_resets(membership: Membership, *, now: datetime) -> list[ResetAsked]:
    """Of the whole association, oldest first. PermissionDenied without MANAGE."""
    require(membership, Right.MANAGE)
    rows = list(FactorReset.objects.waiting(now).select_related("membership__user", "asked_by").order_by("pk"))
    load_keys({user.subject for row in rows for user in (row.membership.user, row.asked_by)})
    return [ResetAsked(row, row.membership.user, row.asked_by) for row in rows]


def reset_for(membership: Membership, pk: int) -> FactorReset:
    """One to decide about, in whatever state. Http404 outside the association; PermissionDenied for oneself."""
    require(membership, Right.MANAGE)
    reset = _reset(pk)
    if reset.membership_id == membership.pk:
        raise PermissionDenied
    return reset


def reset_to_cancel(membership: Membership, pk: int) -> FactorReset:
    """Any coordinator may, and the person concerned: it may not have been they who lost something."""
    reset = _reset(pk)
    if reset.membership_id != membership.pk:
        require(membership, Right.MANAGE)
    return reset


def _reset(pk: int) -> FactorReset:
    found: FactorReset | None = FactorReset.objects.select_related("membership__user", "asked_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def resets_of(membership: Membership, *, now: datetime) -> list[FactorReset]:
    """Those that wait about oneself."""
    return list(FactorReset.objects.waiting(now).filter(membership=membership).order_by("pk"))


def others_decide_from(*but: Membership) -> datetime | None:
    """From when another coordinator of the association in scope can be the second person; None when there is none."""
    known = {membership.pk for membership in but}
    team = Membership.objects.active().order_by("pk")
    others = [one for one in team if one.may(Right.MANAGE) and one.pk not in known]
    return min(settling(others, Right.MANAGE).values(), default=None)


def deciding(user_id: UUID) -> Membership | None:
    """The membership of somebody who is a coordinator here today."""
    mine: Membership | None = Membership.objects.active().filter(user_id=user_id).first()
    return mine if mine and mine.may(Right.MANAGE) else None


def is_closed_by_reset(membership: Membership, *, user: User) -> bool:
    """Another association had this person's factors taken off, and two coordinators of this one have not agreed.

    Someone who joined afterwards did so with the new factors. No query while nothing was ever taken off.
    """
    reset_at, reset_in = user.factors_reset_at, user.factors_reset_in_id
    if reset_at is None or reset_in in {None, membership.association_id} or membership.joined_at > reset_at:
        return False
    with scope.enter(membership.association_id):
        agreed = FactorReset.objects.filter(membership=membership, approved_at__gte=reset_at)
        return not agreed.exists()
