"""The accesses of programs, as coordinators see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import ApiToken, Membership
from accounts.rules.tokens import REMINDERS, TokenScope
from web.desk.pages.head import Chip

_SCOPES: dict[str, str | Promise] = {
    TokenScope.CASES_LIST: gettext_lazy("liste des dossiers"),
    TokenScope.CASES_READ: gettext_lazy("un dossier"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """`revoke_url` is empty for one that has ended."""

    label: str
    scopes: list[str]
    networks: list[str]
    owner: str
    created_at: datetime
    expires_at: datetime
    used_on: date | None
    chip: Chip
    revoke_url: str


def accesses(tokens: Iterable[ApiToken], *, me: Membership, now: datetime) -> list[Access]:
    return [_access(token, me=me, now=now) for token in tokens]


def _access(token: ApiToken, *, me: Membership, now: datetime) -> Access:
    chip = _chip(token, now=now)
    is_live = token.revoked_at is None and token.membership.revoked_at is None and token.expires_at > now
    return Access(
        label=token.label or _("Sans nom"),
        scopes=[str(_SCOPES.get(code, code)) for code in token.scopes],
        networks=token.networks,
        owner=_("vous") if token.membership_id == me.pk else token.membership.user.name or _("un ancien bénévole"),
        created_at=token.created_at,
        expires_at=token.expires_at,
        used_on=token.used_on,
        chip=chip,
        revoke_url=reverse("desk:token_revoke", args=[token.pk]) if is_live else "",
    )


def _chip(token: ApiToken, *, now: datetime) -> Chip:
    if token.revoked_at or token.membership.revoked_at:
        return Chip(text=_("Fermé"), icon="x", kind="")
    if token.expires_at <= now:
        return Chip(text=_("Terminé"), icon="clock", kind="")
    if token.expires_at <= now + timedelta(days=max(REMINDERS)):
        return Chip(text=_("Bientôt terminé"), icon="glass", kind="soon")
    return Chip(text=_("En service"), icon="check", kind="done")
