"""The coordinators' page about the association's safety."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import Watched
from accounts.models import Membership
from accounts.rules.roles import Right
from web.desk.pages.head import Chip
from web.desk.pages.team import role_labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`close_url` is empty for oneself, for whoever may not, and where nothing is open."""

    name: str
    roles: list[str]
    factors: list[Chip]
    last_in: datetime | None
    sessions: int
    close_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A page beside this one, and how much waits there."""

    url: str
    label: str
    text: str


def team(people: Iterable[Watched], *, me: Membership) -> list[Line]:
    return [
        Line(
            name=one.membership.user.name,
            roles=role_labels(one.membership.roles),
            factors=_factors(one.factors),
            last_in=one.last_in,
            sessions=one.sessions,
            close_url=_close_url(one, me),
        )
        for one in people
    ]


def _factors(kinds: frozenset[str]) -> list[Chip]:
    found = []
    if Authenticator.Type.WEBAUTHN in kinds:
        found.append(Chip(text=_("Clé d’accès"), icon="lock", kind="done"))
    if Authenticator.Type.TOTP in kinds:
        found.append(Chip(text=_("Application"), icon="phone", kind="done"))
    return found or [Chip(text=_("Aucun"), icon="alert", kind="soon")]


def _close_url(one: Watched, me: Membership) -> str:
    if not me.may(Right.MANAGE) or one.membership.pk == me.pk or not one.sessions:
        return ""
    return reverse("desk:member_sessions", args=[one.membership.pk])


def people(everybody: Iterable[Membership]) -> list[tuple[str, str]]:
    """For the search: the id of a membership, and whose it is or was."""
    return [
        (str(one.pk), one.user.name if one.revoked_at is None else _("%(name)s (parti)") % {"name": one.user.name})
        for one in everybody
    ]


def links(*, invitations: int | None, tokens: int | None, exports: int | None) -> list[Link]:
    """The pages beside this one; a number is None for whoever may not decide about it."""
    found = [Link(url=reverse("desk:audit"), label=_("Journal"), text=_("Qui a fait quoi, quand et pourquoi."))]
    if tokens is not None:
        found.append(
            Link(url=reverse("desk:archives"), label=_("Archive"), text=_("Ce qui est gardé, et jusqu’à quand."))
        )
    if invitations is not None:
        found.append(Link(url=reverse("desk:team"), label=_("Invitations sans réponse"), text=str(invitations)))
    if tokens is not None:
        found.append(Link(url=reverse("desk:tokens"), label=_("Accès de logiciels ouverts"), text=str(tokens)))
    if exports is not None:
        found.append(Link(url=reverse("desk:exports"), label=_("Listes qui attendent un avis"), text=str(exports)))
    return found
