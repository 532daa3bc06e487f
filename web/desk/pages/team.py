"""The team as its coordinators see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from accounts.access import ResetAsked
from accounts.actions import RENEWED_WITHIN
from accounts.models import ROLE_LABELS, Invitation, Membership
from accounts.rules.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """`roles_url` and `leave_url` are empty for oneself, `reset_url` also where there is no factor to lose."""

    name: str
    roles: list[str]
    has_factor: bool
    joined_at: datetime
    roles_url: str
    reset_url: str
    leave_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An invitation without an answer. `again_url` is empty for one that is too old to be sent again."""

    name: str
    email: str
    roles: list[str]
    sent_at: datetime
    expires_at: datetime
    has_expired: bool
    again_url: str
    revoke_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetLine:
    """A lost factor that waits for its second person. `approve_url` is empty for whoever may not be that one."""

    name: str
    asked_by: str
    expires_at: datetime
    approve_url: str
    cancel_url: str


def role_labels(roles: Iterable[str]) -> list[str]:
    """In the order of the house, whatever the order of the list; an unknown role keeps its code."""
    given = list(roles)
    known = [str(ROLE_LABELS[role]) for role in Role if role in given]
    return known + [code for code in given if code not in list(Role)]


def colleagues(team: Iterable[Membership], *, me: Membership, with_factor: set[UUID]) -> list[Colleague]:
    return [
        Colleague(
            name=one.user.name,
            roles=role_labels(one.roles),
            has_factor=one.user_id in with_factor,
            joined_at=one.joined_at,
            roles_url="" if one.pk == me.pk else reverse("desk:member_roles", args=[one.pk]),
            reset_url=reverse("desk:member_reset", args=[one.pk])
            if one.pk != me.pk and one.user_id in with_factor
            else "",
            leave_url="" if one.pk == me.pk else reverse("desk:member_revoke", args=[one.pk]),
        )
        for one in team
    ]


def waiting(invitations: Iterable[Invitation], *, now: datetime) -> list[Waiting]:
    return [
        Waiting(
            name=one.name,
            email=one.email,
            roles=role_labels(one.roles),
            sent_at=one.sent_at,
            expires_at=one.expires_at,
            has_expired=one.expires_at <= now,
            again_url="" if is_too_old(one, now=now) else reverse("desk:invitation_again", args=[one.pk]),
            revoke_url=reverse("desk:invitation_revoke", args=[one.pk]),
        )
        for one in invitations
    ]


def is_too_old(invitation: Invitation, *, now: datetime) -> bool:
    return invitation.expires_at < now - RENEWED_WITHIN


def resets(asked: Iterable[ResetAsked], *, me: Membership) -> list[ResetLine]:
    return [
        ResetLine(
            name=one.person.name,
            asked_by=one.asked_by.name,
            expires_at=one.reset.expires_at,
            approve_url=""
            if me.user_id in {one.person.pk, one.asked_by.pk}
            else reverse("desk:reset_approve", args=[one.reset.pk]),
            cancel_url=reverse("desk:reset_cancel", args=[one.reset.pk]),
        )
        for one in asked
    ]
