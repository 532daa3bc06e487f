"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from web.parts import nav


def house(request: HttpRequest) -> dict[str, Any]:
    """`demo`: is this the demonstration; `association`: the one in scope, if any; `nav`: the desk's menu."""
    return {
        "demo": settings.DEMO,
        "association": getattr(request, "association", None),
        "nav": nav.desk(request),
    }
