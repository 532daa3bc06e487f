"""Colleagues to whom a case may be handed."""

from uuid import UUID

from django.http import Http404

from accounts.fields import load_keys
from accounts.models import Membership, User
from accounts.rules.roles import Right


def team() -> list[Membership]:
    """The volunteers of the association in scope."""
    rows = list(Membership.objects.active().select_related("user").order_by("pk"))
    load_keys(row.user.subject for row in rows)
    return rows


def colleagues() -> list[User]:
    """The volunteers of the association in scope to whom a case may be handed."""
    return [row.user for row in team() if {Right.WORK_OWN, Right.WORK_ALL} & row.rights]


def colleague(pk: UUID) -> User:
    """A volunteer of the association in scope, to hand a case to. Raises Http404."""
    row = Membership.objects.active().select_related("user").filter(user_id=pk).first()
    if row is None or not {Right.WORK_OWN, Right.WORK_ALL} & row.rights:
        raise Http404
    user: User = row.user
    return user
