"""When an association's mails may leave: its hours and days on its own clock; a public holiday counts as a Sunday.

Hours are those of the wall clock: on the night when it goes back, a window holds both hours of the same name.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from procedures.rules.calendars import NATIONAL, SUNDAY, Calendar

WHOLE_DAY = 24
EVERY_DAY = frozenset(range(7))
_HOLIDAYS_OF = {
    "America/Cayenne": "FR-973",
    "America/Guadeloupe": "FR-971",
    "America/Marigot": "FR-978",
    "America/Martinique": "FR-972",
    "America/St_Barthelemy": "FR-977",
    "Indian/Mayotte": "FR-976",
    "Indian/Reunion": "FR-974",
}


class UnreadableWindow(ValueError):
    """A window without a day, that ends before it begins, or in a zone that nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From the hour `opens` (0 to 23) up to the hour `closes` (1 to 24) of these weekdays (0 is Monday)."""

    opens: int = 8
    closes: int = 20
    weekdays: frozenset[int] = EVERY_DAY
    time_zone: str = "Europe/Paris"

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= WHOLE_DAY:
            raise UnreadableWindow(f"{self.opens}-{self.closes}: the end comes after the start, from 0 to {WHOLE_DAY}")
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            raise UnreadableWindow(f"{sorted(self.weekdays)}: give at least one day from 0 (Monday) to {SUNDAY}")
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError) as error:
            raise UnreadableWindow(f"{self.time_zone!r} is not a time zone, such as Europe/Paris") from error


def is_open(window: Window, at: datetime) -> bool:
    """`at` is aware."""
    local = _on_the_clock(window, at)
    return window.opens <= local.hour < window.closes and _sends_on(window, local.date())


def next_opening(window: Window, at: datetime) -> datetime:
    """The first instant from `at` on at which the window is open, `at` itself while it is open; in UTC.

    In UTC, since Python tells instants of a night when the clock changes apart there alone.
    """
    instant = at.astimezone(UTC)
    if is_open(window, instant):
        return instant
    return next(start for start in _starts(window, instant) if start >= instant and is_open(window, start))


def next_chance(window: Window, at: datetime) -> datetime:
    """While the window is closed: what a mail has to be able to wait for, or else it leaves now.

    That is the next opening; outside its hours, the next time that they begin, even on a day that is left out. So what
    would come too late leaves by day on such a day, rather than in the night before it.
    """
    any_day = replace(window, weekdays=EVERY_DAY)
    return next_opening(window if is_open(any_day, at) else any_day, at)


def next_start(window: Window, at: datetime) -> datetime:
    """The first instant from `at` on at which the clock comes to the window's first hour, on any day; in UTC."""
    instant = at.astimezone(UTC)
    return next(start for start in _starts(window, instant) if start >= instant)


def _on_the_clock(window: Window, at: datetime) -> datetime:
    """By way of UTC: a time that its zone's clock leaps over becomes the one that it leaps to."""
    return at.astimezone(UTC).astimezone(ZoneInfo(window.time_zone))


def _sends_on(window: Window, day: date) -> bool:
    calendar = Calendar(zone=_HOLIDAYS_OF.get(window.time_zone, NATIONAL))
    weekday = SUNDAY if calendar.holiday(day) else day.weekday()
    return weekday in window.weekdays


def _starts(window: Window, at: datetime) -> Iterator[datetime]:
    """The instants at which the clock comes to the window's first hour, from the day of `at` on, in order.

    Where the clock goes back over that hour there are two; where it leaps over it, the leap stands for it.
    """
    today = _on_the_clock(window, at).date()
    for number in count():
        start = datetime.combine(today + timedelta(days=number), time(window.opens), ZoneInfo(window.time_zone))
        yield start.replace(fold=0).astimezone(UTC)
        yield start.replace(fold=1).astimezone(UTC)
