"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def house(request: HttpRequest) -> dict[str, Any]:
    """`demo`: is this the demonstration; `association`: the one in scope, if any."""
    return {"demo": settings.DEMO, "association": getattr(request, "association", None)}
