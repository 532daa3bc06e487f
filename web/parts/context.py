"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from web.parts import nav
from web.parts.headers import MEMBERS


def house(request: HttpRequest) -> dict[str, Any]:
    """`demo`: is this the demonstration; `association`: the one in scope, if any; `nav`: the desk's menu;
    `idle_minutes`: how long a member may do nothing;
    `for_members`: does the page stand in the members' part.
    """
    return {
        "demo": settings.DEMO,
        "association": getattr(request, "association", None),
        "nav": nav.desk(request),
        "idle_minutes": settings.MEMBER_IDLE_MINUTES,
        "for_members": request.path_info.startswith(MEMBERS),
    }
