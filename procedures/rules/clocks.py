"""When a day is over, for somebody who does not live by the clock of Paris."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from procedures.rules.calendars import ALSACE_MOSELLE, NATIONAL

PARIS = "Europe/Paris"
TIME_ZONES: dict[str, str] = {
    NATIONAL: PARIS,
    **dict.fromkeys(ALSACE_MOSELLE, PARIS),
    "FR-971": "America/Guadeloupe",
    "FR-972": "America/Martinique",
    "FR-973": "America/Cayenne",
    "FR-974": "Indian/Reunion",
    "FR-976": "Indian/Mayotte",
    "FR-977": "America/St_Barthelemy",
    "FR-978": "America/Marigot",
}


def is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def today_for(at: datetime, *, time_zone: str) -> date:
    """The day it is for somebody there: a day is over at the earlier of their midnight and that of Paris.

    `at` is aware.
    """
    return max(at.astimezone(ZoneInfo(name)).date() for name in (time_zone, PARIS))


def end_of_day(day: date, *, time_zones: tuple[str, ...]) -> datetime:
    """The first of the midnights that end `day`, of Paris and of each of `time_zones`; aware."""
    midnight = datetime.combine(day + timedelta(days=1), time())
    return min(midnight.replace(tzinfo=ZoneInfo(name)) for name in {PARIS, *time_zones})
