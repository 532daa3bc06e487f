"""Opening hours of a channel. An aware moment is read on the channel's own wall clock, a naive one as it stands."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from procedures.rules.calendars import NATIONAL, Calendar
from procedures.rules.clocks import PARIS, TIME_ZONES, end_of_day
from procedures.rules.texts import (
    NARROW_NBSP,
    WEEKDAYS_EN,
    WEEKDAYS_FR,
    Text,
    in_both,
    is_english,
    say_date,
    say_time,
    say_weekday,
)

_REACH_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """`weekdays`: 0 is Monday."""

    weekdays: tuple[int, ...]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    slots: tuple[Slot, ...]
    closed_on_holidays: bool = True
    zone: str = NATIONAL
    time_zone: str = PARIS


def wall_clock(hours: Hours, at: datetime) -> datetime:
    """The same moment on the channel's clock, without a zone."""
    return at.astimezone(ZoneInfo(hours.time_zone)).replace(tzinfo=None) if at.tzinfo else at


def is_open(hours: Hours, at: datetime) -> bool:
    return closes_at(hours, at) is not None


def closes_at(hours: Hours, at: datetime) -> time | None:
    """The end of the slot that is open now, None when closed."""
    now = wall_clock(hours, at)
    return next((slot.closes for slot in _slots_on(hours, now.date()) if slot.opens <= now.time() < slot.closes), None)


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """The next opening after `at`, None when there is none within a month."""
    moment = wall_clock(hours, at)
    days = (moment.date() + timedelta(days=number) for number in range(_REACH_DAYS))
    openings = (datetime.combine(day, slot.opens) for day in days for slot in _slots_on(hours, day))
    return next((opening for opening in openings if opening > moment), None)


def last_useful(hours: Hours, due: date, *, zone: str = NATIONAL) -> datetime | None:
    """The end of the last open slot before `due` is over (naive, the channel's clock); None when none within a month.

    `zone`: that of the deadline. Its day, the channel's and that of Paris end at different moments: the first counts.
    """
    over = _end_of(due, hours=hours, zone=zone)
    days = (due - timedelta(days=number) for number in range(_REACH_DAYS))
    slots = (
        (datetime.combine(day, slot.opens), datetime.combine(day, slot.closes))
        for day in days
        for slot in _slots_on(hours, day)[::-1]
    )
    return next((min(closes, over) for opens, closes in slots if opens < over), None)


def _end_of(day: date, *, hours: Hours, zone: str) -> datetime:
    time_zones = (hours.time_zone, TIME_ZONES[zone])
    if set(time_zones) == {PARIS}:
        return datetime.combine(day + timedelta(days=1), time())
    over = end_of_day(day, time_zones=time_zones)
    return over.astimezone(ZoneInfo(hours.time_zone)).replace(tzinfo=None)


def say_hours(hours: Hours) -> Text:
    """`du lundi au vendredi, de 8 h 30 à 17 h 30, sauf jours fériés`."""
    return in_both(lambda language: _say_hours(hours, language))


def say_status(hours: Hours, at: datetime) -> Text:
    """`Ouvert maintenant, jusqu’à 17 h 30` or `Fermé, rouvre lundi à 8 h 30`."""
    return in_both(lambda language: _say_status(hours, at, language))


def _slots_on(hours: Hours, day: date) -> list[Slot]:
    """In the order of the day."""
    if hours.closed_on_holidays and Calendar(zone=hours.zone).holiday(day):
        return []
    return sorted((slot for slot in hours.slots if day.weekday() in slot.weekdays), key=lambda slot: slot.opens)


def _say_hours(hours: Hours, language: str) -> str:
    separator = "; " if is_english(language) else f"{NARROW_NBSP}; "
    said = separator.join(_say_slot(slot, language) for slot in hours.slots)
    if not hours.closed_on_holidays:
        return said
    return said + (", except on public holidays" if is_english(language) else ", sauf jours fériés")


def _say_slot(slot: Slot, language: str) -> str:
    opens, closes = say_time(slot.opens, language), say_time(slot.closes, language)
    if is_english(language):
        return f"{_say_days(slot.weekdays, language)}, from {opens} to {closes}"
    return f"{_say_days(slot.weekdays, language)}, de {opens} à {closes}"


def _say_days(weekdays: tuple[int, ...], language: str) -> str:
    names = WEEKDAYS_EN if is_english(language) else WEEKDAYS_FR
    first, last = weekdays[0], weekdays[-1]
    if len(weekdays) > 2 and weekdays == tuple(range(first, last + 1)):
        template = "{} to {}" if is_english(language) else "du {} au {}"
        return template.format(names[first], names[last])
    return ", ".join(names[weekday] if is_english(language) else f"le {names[weekday]}" for weekday in weekdays)


def _say_status(hours: Hours, at: datetime, language: str) -> str:
    english = is_english(language)
    closes = closes_at(hours, at)
    if closes:
        return f"{'Open now, until' if english else 'Ouvert maintenant, jusqu’à'} {say_time(closes, language)}"
    opening = next_opening(hours, at)
    if opening is None:
        return "Closed" if english else "Fermé"
    day = _say_opening_day(opening.date(), wall_clock(hours, at).date(), language)
    opens = say_time(opening.time(), language)
    return f"Closed, opens again {day} at {opens}" if english else f"Fermé, rouvre {day} à {opens}"


def _say_opening_day(day: date, today: date, language: str) -> str:
    english = is_english(language)
    ahead = (day - today).days
    if ahead < 2:
        return (("today", "tomorrow") if english else ("aujourd’hui", "demain"))[ahead]
    said = say_weekday(day, language) if ahead < 7 else say_date(day, language, year=False)
    return f"on {said}" if english else said if ahead < 7 else f"le {said}"
