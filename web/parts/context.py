"""What every template may use."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.access import pause_of, was_opened_by_code
from accounts.middleware import SIGNED_IN_PAGES
from web.parts import nav
from web.parts.headers import MEMBERS


@dataclass(frozen=True, slots=True)
class Idle:
    """After how many seconds without a request a page closes, and where it then leads. Read by static/js/idle.js."""

    seconds: int
    home: str


def _idle(request: HttpRequest) -> Idle | None:
    """None for whoever is not signed in, and on public pages, which show nothing of anybody's."""
    user = getattr(request, "user", None)  # an error may come before it
    if not request.path_info.startswith(SIGNED_IN_PAGES) or user is None or not user.is_authenticated:
        return None
    as_member = request.path_info.startswith(MEMBERS)
    pause = pause_of(request, as_member=as_member)
    home = "portal:home" if as_member or was_opened_by_code(request) else "desk:now"
    return Idle(seconds=int(pause.total_seconds()), home=reverse(home))


def house(request: HttpRequest) -> dict[str, Any]:
    """`demo`: is this the demonstration; `association`: the one in scope, if any; `nav`: the desk's menu;
    `idle_minutes`: how long a member may do nothing;
    `idle`: when this page closes by itself, None when it does not;
    `for_members`: does the page stand in the members' part.
    """
    return {
        "demo": settings.DEMO,
        "association": getattr(request, "association", None),
        "nav": nav.desk(request),
        "idle_minutes": settings.MEMBER_IDLE_MINUTES,
        "idle": _idle(request),
        "for_members": request.path_info.startswith(MEMBERS),
    }
