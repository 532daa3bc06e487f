"""The desk's menu for this membership: only what its roles open."""

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from accounts.models import Membership
from accounts.rules.roles import Right
from web.parts import nav

# Any of these rights opens the page.
_NEEDED: dict[str, tuple[Right, ...]] = {
    "desk:cases": (Right.WORK_OWN,),
    "desk:inbound": (Right.WORK_OWN,),
    "desk:open": (Right.OPEN_CASE,),
    "desk:team": (Right.MANAGE,),
    "desk:procedures": (Right.MANAGE,),
    "desk:figures": (Right.FIGURES_SEE,),
    "desk:security": (Right.AUDIT_READ,),
    "desk:exports": (Right.EXPORT_ASK, Right.EXPORT_APPROVE),
}


def desk_menu(request: HttpRequest, membership: Membership, *, counts: dict[str, str] | None = None) -> list[nav.Item]:
    """`counts`: texts already capped, by view name."""
    closed = {_address(name) for name, rights in _NEEDED.items() if not any(map(membership.may, rights))}
    return [item for item in nav.desk(request, counts=counts) if item.url not in closed]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
