"""The end of a period under each family of rules. One "add one month" function would be wrong: see FAMILIES."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from procedures.rules.calendars import Calendar, DayOff
from procedures.rules.definitions import RuleFamily
from procedures.rules.periods import Period
from procedures.rules.texts import Text


class Residence(StrEnum):
    OVERSEAS = "overseas"
    ABROAD = "abroad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """How one text counts. `extra_days` after the date; `two_working_days`: Regulation 1182/71, article 3(5)."""

    text: Text
    url: str
    rolls: bool
    extra_days: int = 0
    two_working_days: bool = False
    grows_with_distance: bool = False


FAMILIES: dict[RuleFamily, Family] = {
    # CPC 640-642: days, without that of the act; months and years, same day number or last day; months before days.
    RuleFamily.FR_CPC: Family(
        text=Text("Code de procédure civile, articles 640 à 642", "Code de procédure civile, articles 640 to 642"),
        url="https://www.legifrance.gouv.fr/codes/texte_lc/LEGITEXT000006070716/",
        rolls=True,
    ),
    RuleFamily.EU_1182_71: Family(
        text=Text("règlement (CEE, Euratom) n° 1182/71, article 3", "Regulation (EEC, Euratom) No 1182/71, article 3"),
        url="https://eur-lex.europa.eu/eli/reg/1971/1182/oj",
        rolls=True,
        two_working_days=True,
    ),
    # A "délai franc": neither the first day nor the last counts.
    RuleFamily.FR_FRANC: Family(
        text=Text(
            "Code de justice administrative, articles R. 421-1 et suivants",
            "Code de justice administrative, articles R. 421-1 and following",
        ),
        url="https://www.legifrance.gouv.fr/codes/texte_lc/LEGITEXT000006070933/",
        rolls=True,
        extra_days=1,
        grows_with_distance=True,
    ),
    RuleFamily.FR_SILENCE: Family(
        text=Text(
            "Code des relations entre le public et l’administration, articles L. 231-1 et L. 231-4",
            "Code des relations entre le public et l’administration, articles L. 231-1 and L. 231-4",
        ),
        url="https://www.legifrance.gouv.fr/codes/texte_lc/LEGITEXT000031366350/",
        rolls=False,
    ),
    RuleFamily.FR_WEEKS: Family(
        text=Text("semaines pleines, de sept jours", "whole weeks, of seven days"),
        url="https://www.legifrance.gouv.fr/codes/texte_lc/LEGITEXT000006072665/",
        rolls=False,
    ),
}

# Code de justice administrative R421-7.
DISTANCE: dict[Residence, Period] = {Residence.OVERSEAS: Period(months=1), Residence.ABROAD: Period(months=2)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodEnd:
    """`raw_end`: before any roll. `skipped`: the days off from it to `due`.

    `widened`: moved on because a period of two days or more holds two working days.
    """

    raw_end: date
    due: date
    skipped: tuple[DayOff, ...] = ()
    widened: bool = False


def end_of(
    start: date,
    *,
    length: Period,
    rule: RuleFamily,
    calendar: Calendar | None = None,
    residence: Residence | None = None,
    rolls: bool = True,
    stopped_days: int = 0,
) -> PeriodEnd:
    """Raises EndOutOfReach after 2200. `stopped_days`: days during which the clock stood still."""
    calendar, family = calendar or Calendar(), FAMILIES[rule]
    raw_end = full_length(length, rule=rule, residence=residence).after(start)
    raw_end = Period(days=family.extra_days + stopped_days).after(raw_end)
    if not (rolls and family.rolls):
        return PeriodEnd(raw_end=raw_end, due=raw_end)
    due, skipped = calendar.roll(raw_end)
    if family.two_working_days and _is_two_days_or_more(length):
        return _widened(start, raw_end=raw_end, due=due, skipped=skipped, calendar=calendar)
    return PeriodEnd(raw_end=raw_end, due=due, skipped=skipped)


def full_length(length: Period, *, rule: RuleFamily, residence: Residence | None) -> Period:
    """The length for a person who lives there: only administrative appeals grow with the distance."""
    if residence is None or not FAMILIES[rule].grows_with_distance:
        return length
    return length + DISTANCE[residence]


def _is_two_days_or_more(length: Period) -> bool:
    return length.all_months > 0 or length.all_days >= 2


def _widened(start: date, *, raw_end: date, due: date, skipped: tuple[DayOff, ...], calendar: Calendar) -> PeriodEnd:
    """Go on to the second working day after `start` when `due` is only the first."""
    day, found = start, 0
    while found < 2:
        day += timedelta(days=1)
        found += calendar.is_working(day)
    if day <= due:
        return PeriodEnd(raw_end=raw_end, due=due, skipped=skipped)
    between = (calendar.day_off(raw_end + timedelta(days=number)) for number in range((day - raw_end).days))
    return PeriodEnd(raw_end=raw_end, due=day, skipped=tuple(off for off in between if off), widened=True)
