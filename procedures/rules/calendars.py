"""Days off by zone: weekends, legal holidays with their source and the dates between which they are holidays.

A zone is that of the party who must act (a controller's seat, a court), not the member's home.
Only a law or a regulation makes a day a holiday; a `customary` one moves at most an addressee's latest date.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from procedures.rules.texts import Text, say_weekday

NATIONAL = "FR"
ALSACE_MOSELLE = ("FR-57", "FR-67", "FR-68")
ANTILLES = ("FR-971", "FR-972", "FR-977", "FR-978")
ZONES = (NATIONAL, *ALSACE_MOSELLE, "FR-971", "FR-972", "FR-973", "FR-974", "FR-976", "FR-977", "FR-978")

SATURDAY, SUNDAY = 5, 6


class UnknownZone(ValueError):
    """No calendar for that zone."""


class Status(StrEnum):
    LEGAL = "legal"
    CUSTOMARY = "customary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A day of the table. `on` is (month, day), or a number of days after Easter Sunday."""

    name: Text
    article: str  # what French puts before the name after "est": "le ", "la ", "l’", ""
    on: tuple[int, int] | int
    source: str
    zones: tuple[str, ...] = ZONES
    status: Status = Status.LEGAL
    years: tuple[tuple[int, int], ...] = ((1900, 2200),)
    good_friday: bool = False

    def in_year(self, year: int) -> date | None:
        if not any(first <= year <= last for first, last in self.years):
            return None
        if isinstance(self.on, int):
            return easter(year) + timedelta(days=self.on)
        return date(year, *self.on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """`good_friday`: the commune lies in Alsace-Moselle and has a Protestant temple or a mixed church."""

    zone: str = NATIONAL
    good_friday: bool = False
    customary: bool = False

    def __post_init__(self) -> None:
        if self.zone not in ZONES:
            raise UnknownZone(f"{self.zone!r} is not a known zone: use one of {', '.join(ZONES)}")

    def holiday(self, day: date) -> Holiday | None:
        return _year_of(self.zone, self.good_friday, self.customary, day.year).get(day)

    def is_working(self, day: date) -> bool:
        return day.weekday() < SATURDAY and self.holiday(day) is None

    def day_off(self, day: date) -> "DayOff | None":
        """Why `day` is not a working day, None on a working day."""
        if self.is_working(day):
            return None
        return DayOff(day=day, name=_name(day, self.holiday(day)), said=_said(day, self.holiday(day)))

    def roll(self, day: date) -> tuple[date, tuple["DayOff", ...]]:
        """The first working day from `day` on, and the days passed over, in order."""
        skipped = tuple(self._off_from(day))
        return day + timedelta(days=len(skipped)), skipped

    def _off_from(self, day: date) -> Iterator["DayOff"]:
        while (off := self.day_off(day)) is not None:
            yield off
            day += timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOff:
    day: date
    name: Text  # "lundi de Pâques"
    said: Text  # as it follows "est": "le lundi de Pâques", "un dimanche"


@cache
def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm, Nature, 20 April 1876)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    leap_correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - leap_correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def holidays(year: int, calendar: Calendar) -> dict[date, Holiday]:
    """The holidays of one year in order; when two fall on one day the first of the table names it."""
    return dict(sorted(_year_of(calendar.zone, calendar.good_friday, calendar.customary, year).items()))


@cache
def _year_of(zone: str, good_friday: bool, customary: bool, year: int) -> dict[date, Holiday]:
    found: dict[date, Holiday] = {}
    for holiday in HOLIDAYS:
        day = holiday.in_year(year)
        if day and _counts(holiday, zone=zone, good_friday=good_friday, customary=customary):
            found.setdefault(day, holiday)
    return found


def _counts(holiday: Holiday, *, zone: str, good_friday: bool, customary: bool) -> bool:
    if zone not in holiday.zones or (holiday.good_friday and not good_friday):
        return False
    return customary or holiday.status is Status.LEGAL


def _easter_name(day: date) -> Text | None:
    names = {0: Text("dimanche de Pâques", "Easter Sunday"), 49: Text("dimanche de Pentecôte", "Whit Sunday")}
    return names.get((day - easter(day.year)).days)


def _weekday_name(day: date) -> Text:
    return Text(fr=say_weekday(day, "fr"), en=say_weekday(day, "en"))


def _name(day: date, holiday: Holiday | None) -> Text:
    if holiday:
        return holiday.name
    return _easter_name(day) or _weekday_name(day)


def _said(day: date, holiday: Holiday | None) -> Text:
    feast, weekday = _easter_name(day), _weekday_name(day)
    if not holiday:
        return Text(fr=f"le {feast.fr}", en=feast.en) if feast else Text(fr=f"un {weekday.fr}", en=f"a {weekday.en}")
    named = Text(fr=holiday.article + holiday.name.fr, en=holiday.name.en)
    if day.weekday() < SATURDAY:
        return named
    return Text(fr=f"un {weekday.fr} et {named.fr}", en=f"a {weekday.en} and {named.en}")


_LABOUR_CODE = "Code du travail L3133-1"
_CONCORDAT = f"arrêté du 29 germinal an X ; {_LABOUR_CODE}"
_VICTORY = f"loi 53-225 du 20 mars 1953, décret 59-533 du 11 avril 1959, loi 81-893 de 1981 ; {_LABOUR_CODE}"
_LOCAL_LAW = "ordonnance du 16 août 1892 ; Code du travail L3134-13"
_ABOLITION = "loi 83-550 du 30 juin 1983, décret 83-1003 du 23 novembre 1983 ; Code du travail L3422-2"
_ABOLITION_2012 = f"décret 2012-553 du 23 avril 2012 ; {_ABOLITION}"
_SINCE_1984 = ((1984, 2200),)
_ABOLITION_NAME = Text("commémoration de l’abolition de l’esclavage", "Abolition of Slavery Day")
_GOOD_FRIDAY = Text("vendredi saint", "Good Friday")
_CUSTOM = "usage local, sans texte"

HOLIDAYS: tuple[Holiday, ...] = (
    Holiday(name=Text("jour de l’An", "New Year’s Day"), article="le ", on=(1, 1), source=_LABOUR_CODE),
    Holiday(
        name=Text("lundi de Pâques", "Easter Monday"),
        article="le ",
        on=1,
        source=f"loi du 8 mars 1886 ; {_LABOUR_CODE}",
    ),
    Holiday(
        name=Text("fête du Travail", "Labour Day"),
        article="la ",
        on=(5, 1),
        # Off by a yearly law in 1946 and 1947, for good since 1948. Vichy's feast of 1941-1944 is left out.
        source="lois du 26 avril 1946, du 30 avril 1947 et du 29 avril 1948 ; Code du travail L3133-4",
        years=((1946, 2200),),
    ),
    Holiday(
        name=Text("fête de la Victoire de 1945", "Victory Day 1945"),
        article="la ",
        on=(5, 8),
        source=_VICTORY,
        years=((1953, 1959), (1982, 2200)),
    ),
    Holiday(name=Text("Ascension", "Ascension Day"), article="l’", on=39, source=_CONCORDAT),
    # The day of solidarity (2004-2008) made it a day of work, not an ordinary day: it stayed in the list of L222-1.
    Holiday(
        name=Text("lundi de Pentecôte", "Whit Monday"),
        article="le ",
        on=50,
        source=f"loi du 8 mars 1886 ; {_LABOUR_CODE}",
    ),
    Holiday(
        name=Text("fête nationale", "Bastille Day"),
        article="la ",
        on=(7, 14),
        source=f"loi du 6 juillet 1880 ; {_LABOUR_CODE}",
    ),
    Holiday(name=Text("Assomption", "Assumption Day"), article="l’", on=(8, 15), source=_CONCORDAT),
    Holiday(name=Text("Toussaint", "All Saints’ Day"), article="la ", on=(11, 1), source=_CONCORDAT),
    Holiday(
        name=Text("Armistice de 1918", "Armistice Day"),
        article="l’",
        on=(11, 11),
        source=f"loi du 24 octobre 1922 ; {_LABOUR_CODE}",
        years=((1922, 2200),),
    ),
    Holiday(name=Text("Noël", "Christmas Day"), article="", on=(12, 25), source=_CONCORDAT),
    Holiday(name=_GOOD_FRIDAY, article="le ", on=-2, source=_LOCAL_LAW, zones=ALSACE_MOSELLE, good_friday=True),
    Holiday(
        name=Text("Saint-Étienne", "Saint Stephen’s Day"),
        article="la ",
        on=(12, 26),
        source=_LOCAL_LAW,
        zones=ALSACE_MOSELLE,
    ),
    Holiday(name=_ABOLITION_NAME, article="la ", on=(4, 27), source=_ABOLITION, zones=("FR-976",), years=_SINCE_1984),
    Holiday(name=_ABOLITION_NAME, article="la ", on=(5, 22), source=_ABOLITION, zones=("FR-972",), years=_SINCE_1984),
    Holiday(name=_ABOLITION_NAME, article="la ", on=(5, 27), source=_ABOLITION, zones=("FR-971",), years=_SINCE_1984),
    # The codified text still reads 27 May here (a mistake of 2016 was never mended); the 28th is kept since 2018,
    # by a ministerial circular of 4 May 2018 under law 2017-256. See deadlines.md.
    Holiday(
        name=_ABOLITION_NAME,
        article="la ",
        on=(5, 27),
        source=_ABOLITION_2012,
        zones=("FR-978",),
        years=((2012, 2017),),
    ),
    Holiday(
        name=_ABOLITION_NAME,
        article="la ",
        on=(5, 28),
        source=f"circulaire du 4 mai 2018 ; {_ABOLITION_2012}",
        zones=("FR-978",),
        years=((2018, 2200),),
    ),
    Holiday(name=_ABOLITION_NAME, article="la ", on=(6, 10), source=_ABOLITION, zones=("FR-973",), years=_SINCE_1984),
    Holiday(
        name=_ABOLITION_NAME,
        article="la ",
        on=(10, 9),
        source=_ABOLITION_2012,
        zones=("FR-977",),
        years=((2012, 2200),),
    ),
    Holiday(
        name=_ABOLITION_NAME,
        article="la ",
        on=(12, 20),
        source=_ABOLITION,
        zones=("FR-974",),
        years=((1983, 2200),),
    ),
    Holiday(
        name=Text("jeudi de la mi-carême", "Mid-Lent Thursday"),
        article="le ",
        on=-24,
        source=_CUSTOM,
        zones=("FR-971", "FR-972"),
        status=Status.CUSTOMARY,
    ),
    Holiday(name=_GOOD_FRIDAY, article="le ", on=-2, source=_CUSTOM, zones=ANTILLES, status=Status.CUSTOMARY),
    Holiday(
        name=Text("fête de Victor Schœlcher", "Victor Schœlcher Day"),
        article="la ",
        on=(7, 21),
        source=_CUSTOM,
        zones=("FR-971", "FR-972", "FR-978"),
        status=Status.CUSTOMARY,
        years=_SINCE_1984,
    ),
)
