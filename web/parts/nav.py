"""The desk's menu: only pages that exist."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the menu. `count` is a text already capped (« 99+ »), or empty."""

    url: str
    label: str | Promise
    icon: str
    current: bool = False
    count: str = ""


_DESK: tuple[tuple[str, str, str | Promise], ...] = (
    ("desk:now", "inbox", _("Maintenant")),
    ("desk:cases", "folder", _("Dossiers")),
    ("desk:inbound", "mail", _("Courrier")),
    ("desk:open", "plus", _("Nouveau dossier")),
    ("desk:exports", "down", _("Listes")),
    ("desk:team", "users", _("Équipe")),
    ("desk:procedures", "doc", _("Démarches")),
    ("desk:figures", "chart", _("Chiffres")),
    ("desk:security", "shield", _("Sécurité")),
    ("desk:account", "gear", _("Mon compte")),
)


# Pages that lie below one of the menu's.
_BELOW = {"desk:inbound_mail": "desk:inbound", "desk:audit": "desk:security", "desk:tokens": "desk:security"}


def desk(request: HttpRequest, *, counts: dict[str, str] | None = None) -> list[Item]:
    """The menu of /desk/ for this page; empty on the pages of other audiences."""
    match = request.resolver_match
    if match is None or match.namespace.split(":")[0] != "desk":
        return []
    known = counts or {}
    shown = _BELOW.get(match.view_name, match.view_name)
    return [
        Item(url=url, label=label, icon=icon, current=shown == name, count=known.get(name, ""))
        for name, icon, label in _DESK
        if (url := _reverse(name))
    ]


def _reverse(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
