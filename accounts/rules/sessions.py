"""How long a session lives, and what a browser is called in the list of sessions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Past(StrEnum):
    """The limit at which a session ends by itself."""

    IDLE = "idle"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`idle`: without a request; `absolute`: whatever was done meanwhile."""

    idle: timedelta
    absolute: timedelta

    def end_of(self, *, opened_at: datetime, seen_at: datetime) -> tuple[datetime, Past]:
        """When a session ends if nothing more is asked of it, and at which limit."""
        return min((seen_at + self.idle, Past.IDLE), (opened_at + self.absolute, Past.EXPIRED))


# The first sign that is found names it: Edge calls itself Chrome too, and every Chrome calls itself Safari.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """«Firefox, Android» of what a browser says of itself; no version, no model. "" when it says nothing known."""
    return ", ".join(filter(None, (_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent))))


def _first(signs: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for sign, name in signs if sign in text), "")
