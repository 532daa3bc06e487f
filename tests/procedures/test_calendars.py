from datetime import date

import holidays
import pytest

from procedures.rules.calendars import HOLIDAYS, ZONES, Calendar, Status, UnknownZone, easter
from procedures.rules.calendars import holidays as holidays_of

SUBDIVISIONS = {
    "FR": None,
    "FR-57": "57",
    "FR-67": "6AE",
    "FR-68": "6AE",
    "FR-971": "971",
    "FR-972": "972",
    "FR-973": "973",
    "FR-974": "974",
    "FR-976": "976",
    "FR-977": "BL",
    "FR-978": "MF",
}
YEARS = range(1950, 2101)


def legal_days(zone: str, year: int) -> set[date]:
    return set(holidays_of(year, Calendar(zone=zone, good_friday=True)))


def days_in_dispute(zone: str, year: int) -> set[date]:
    """Where we differ from the `holidays` package, and why."""
    disputed = set(holidays_of(year, Calendar(zone=zone, customary=True))) - set(holidays_of(year, Calendar(zone=zone)))
    if 2005 <= year <= 2007:
        # The day of solidarity was worked, but Whit Monday stayed in the legal list (Code du travail, then L222-1).
        disputed.add(next(day for day, holiday in whit_mondays(year).items() if holiday))
    if zone == "FR-978" and 2012 <= year <= 2017:
        # The decree said 27 May until the circular of 2018; the package has the 28th from the start.
        disputed |= {date(year, 5, 27), date(year, 5, 28)}
    return disputed


def whit_mondays(year: int) -> dict[date, str]:
    found = holidays_of(year, Calendar())
    return {day: holiday.name.fr for day, holiday in found.items() if holiday.name.fr == "lundi de Pentecôte"}


@pytest.mark.parametrize("zone", ZONES)
def test_the_calendar_agrees_with_the_holidays_package_but_for_the_days_in_dispute(zone: str) -> None:
    for year in YEARS:
        theirs = set(holidays.country_holidays("FR", subdiv=SUBDIVISIONS[zone], years=year))
        assert (legal_days(zone, year) ^ theirs) <= days_in_dispute(zone, year), (zone, year)


# By zone, beside Whit Monday in 2005-2007: what one of both has and the other has not, and why we keep ours.
DIFFERENCES: dict[str, dict[str, str]] = {
    "FR-971": {
        "vendredi saint": "custom, no text",
        "jeudi de la mi-carême": "custom, no text",
        "fête de Victor Schœlcher": "custom, no text",
    },
    "FR-972": {"fête de Victor Schœlcher": "custom, no text"},
    "FR-978": {
        "fête de Victor Schœlcher": "custom, no text",
        "commémoration de l’abolition de l’esclavage": "27 May by decree from 2012 to 2017",
        "28 May": "the same feast on the day that a circular gave it from 2018 on",
    },
}


@pytest.mark.parametrize("zone", ZONES)
def test_the_differences_from_the_holidays_package_are_those_listed(zone: str) -> None:
    ours = Calendar(zone=zone, good_friday=True, customary=True)
    found = {}
    for year in YEARS:
        theirs = set(holidays.country_holidays("FR", subdiv=SUBDIVISIONS[zone], years=year))
        for day in legal_days(zone, year) ^ theirs:
            holiday = ours.holiday(day)
            found[holiday.name.fr if holiday else f"{day.day} {day:%B}"] = day

    assert set(found) == {"lundi de Pentecôte", *DIFFERENCES.get(zone, {})}


def test_there_are_eleven_national_days() -> None:
    names = [holiday.name.fr for holiday in holidays_of(2026, Calendar()).values()]

    assert names == [
        "jour de l’An",
        "lundi de Pâques",
        "fête du Travail",
        "fête de la Victoire de 1945",
        "Ascension",
        "lundi de Pentecôte",
        "fête nationale",
        "Assomption",
        "Toussaint",
        "Armistice de 1918",
        "Noël",
    ]


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("FR-976", date(2026, 4, 27)),
        ("FR-972", date(2026, 5, 22)),
        ("FR-971", date(2026, 5, 27)),
        ("FR-978", date(2026, 5, 28)),
        ("FR-973", date(2026, 6, 10)),
        ("FR-977", date(2026, 10, 9)),
        ("FR-974", date(2027, 12, 20)),
    ],
)
def test_each_overseas_territory_has_its_abolition_day_and_no_other(zone: str, day: date) -> None:
    own = set(holidays_of(day.year, Calendar(zone=zone))) - set(holidays_of(day.year, Calendar()))

    assert own == {day}


def test_the_eighth_of_may_follows_the_law_of_its_year() -> None:
    off = [year for year in (1952, 1953, 1959, 1960, 1981, 1982) if Calendar().holiday(date(year, 5, 8))]

    assert off == [1953, 1959, 1982]


def test_a_customary_day_counts_only_when_asked_for() -> None:
    schoelcher = date(2026, 7, 21)

    assert Calendar(zone="FR-971").is_working(schoelcher)
    assert not Calendar(zone="FR-971", customary=True).is_working(schoelcher)


@pytest.mark.parametrize(
    ("year", "sunday"),
    [
        (1900, date(1900, 4, 15)),
        (1943, date(1943, 4, 25)),
        (1954, date(1954, 4, 18)),
        (1981, date(1981, 4, 19)),
        (2008, date(2008, 3, 23)),
        (2026, date(2026, 4, 5)),
        (2038, date(2038, 4, 25)),
        (2200, date(2200, 4, 6)),
    ],
)
def test_easter_falls_on_its_sunday(year: int, sunday: date) -> None:
    assert easter(year) == sunday


def test_two_feasts_on_one_day_are_named_once() -> None:
    first_of_may = date(2008, 5, 1)  # Ascension too

    holiday = Calendar().holiday(first_of_may)

    assert holiday is not None
    assert holiday.name.fr == "fête du Travail"


@pytest.mark.parametrize(
    ("day", "name", "said"),
    [
        (date(2026, 4, 4), "samedi", "un samedi"),
        (date(2026, 4, 5), "dimanche de Pâques", "le dimanche de Pâques"),
        (date(2026, 5, 24), "dimanche de Pentecôte", "le dimanche de Pentecôte"),
        (date(2026, 11, 1), "Toussaint", "un dimanche et la Toussaint"),
        (date(2026, 5, 14), "Ascension", "l’Ascension"),
        (date(2025, 12, 25), "Noël", "Noël"),
    ],
)
def test_each_day_off_has_a_name(day: date, name: str, said: str) -> None:
    off = Calendar().day_off(day)

    assert off is not None
    assert (off.name.fr, off.said.fr) == (name, said)


def test_an_unknown_zone_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownZone, match="FR-974"):
        Calendar(zone="FR-99")


def test_every_day_has_a_source_and_both_names() -> None:
    for holiday in HOLIDAYS:
        assert holiday.source
        assert holiday.name.fr
        assert holiday.name.en
        assert holiday.status in Status
