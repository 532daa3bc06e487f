import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.rules.calendars import ALSACE_MOSELLE, ZONES, Calendar
from procedures.rules.counting import PeriodEnd, Residence, end_of
from procedures.rules.definitions import RuleFamily
from procedures.rules.periods import EndOutOfReach, Period

EXAMPLES = list(csv.DictReader((Path(__file__).parent / "examples.csv").read_text(encoding="utf-8").splitlines()))
ROLLING = (RuleFamily.FR_CPC, RuleFamily.EU_1182_71, RuleFamily.FR_FRANC)

starts = st.dates(date(1900, 1, 1), date(2150, 12, 31))
rules = st.sampled_from(RuleFamily)
lengths = st.builds(Period, months=st.integers(0, 36), weeks=st.integers(0, 8), days=st.integers(0, 60)) | st.builds(
    Period, years=st.integers(0, 10)
)
fixed_lengths = st.builds(Period, weeks=st.integers(0, 20), days=st.integers(0, 90))
calendars = st.builds(Calendar, zone=st.sampled_from(ZONES), good_friday=st.booleans(), customary=st.booleans())


def end_of_example(example: dict[str, str]) -> PeriodEnd:
    return end_of(
        date.fromisoformat(example["start"]),
        length=Period.parse(example["length"]),
        rule=RuleFamily(example["rule"]),
        calendar=Calendar(zone=example["zone"], good_friday=example["good_friday"] == "yes"),
        residence=Residence(example["residence"]) if example["residence"] else None,
        rolls=example["rolls"] == "yes",
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["no"] for example in EXAMPLES])
def test_every_worked_example_comes_out(example: dict[str, str]) -> None:
    end = end_of_example(example)

    assert (end.raw_end.isoformat(), end.due.isoformat()) == (example["raw_end"], example["due"])


@given(start=starts, length=lengths, rule=rules, calendar=calendars)
def test_due_is_never_before_the_raw_end_nor_that_before_the_start(
    start: date, length: Period, rule: RuleFamily, calendar: Calendar
) -> None:
    end = end_of(start, length=length, rule=rule, calendar=calendar)

    assert start <= end.raw_end <= end.due


@given(start=starts, length=lengths, rule=st.sampled_from(ROLLING), calendar=calendars)
def test_a_rolled_date_is_a_working_day_and_every_day_off_before_it_is_named(
    start: date, length: Period, rule: RuleFamily, calendar: Calendar
) -> None:
    end = end_of(start, length=length, rule=rule, calendar=calendar)

    passed = (end.raw_end + timedelta(days=number) for number in range((end.due - end.raw_end).days))
    off = [day for day in passed if not calendar.is_working(day)]
    assert calendar.is_working(end.due)
    assert [skipped.day for skipped in end.skipped] == off
    assert end.widened or len(off) == (end.due - end.raw_end).days


@given(start=starts, length=lengths, calendar=calendars)
def test_weeks_and_silence_end_on_their_day_whatever_it_is(start: date, length: Period, calendar: Calendar) -> None:
    for rule in (RuleFamily.FR_WEEKS, RuleFamily.FR_SILENCE):
        end = end_of(start, length=length, rule=rule, calendar=calendar)
        assert (end.due, end.skipped) == (end.raw_end, ())


@given(start=starts, later=st.integers(0, 400), length=fixed_lengths, rule=rules, calendar=calendars)
def test_days_and_weeks_never_end_earlier_for_a_later_start(
    start: date, later: int, length: Period, rule: RuleFamily, calendar: Calendar
) -> None:
    first = end_of(start, length=length, rule=rule, calendar=calendar)
    second = end_of(start + timedelta(days=later), length=length, rule=rule, calendar=calendar)

    assert first.raw_end <= second.raw_end
    assert first.due <= second.due


@given(start=starts, length=lengths, rule=rules, zone=st.sampled_from(ZONES), good_friday=st.booleans())
def test_more_holidays_never_end_a_period_earlier(
    start: date, length: Period, rule: RuleFamily, zone: str, good_friday: bool
) -> None:
    fewer = end_of(start, length=length, rule=rule)
    local = end_of(start, length=length, rule=rule, calendar=Calendar(zone=zone, good_friday=good_friday))
    widest = Calendar(zone=zone, good_friday=good_friday, customary=True)

    assert fewer.due <= local.due <= end_of(start, length=length, rule=rule, calendar=widest).due


@given(start=starts, length=st.builds(Period, months=st.integers(0, 36), days=st.integers(2, 60)), calendar=calendars)
def test_a_european_period_of_two_days_or_more_holds_two_working_days(
    start: date, length: Period, calendar: Calendar
) -> None:
    due = end_of(start, length=length, rule=RuleFamily.EU_1182_71, calendar=calendar).due

    within = (start + timedelta(days=number) for number in range(1, (due - start).days + 1))
    assert sum(calendar.is_working(day) for day in within) >= 2


def test_two_days_from_a_friday_end_on_the_tuesday() -> None:
    end = end_of(date(2026, 11, 20), length=Period(days=2), rule=RuleFamily.EU_1182_71)

    assert (end.raw_end, end.due, end.widened) == (date(2026, 11, 22), date(2026, 11, 24), True)
    assert [off.name.en for off in end.skipped] == ["Sunday"]


@pytest.mark.parametrize(
    ("rule", "due"), [(RuleFamily.FR_CPC, 23), (RuleFamily.FR_FRANC, 23), (RuleFamily.FR_SILENCE, 22)]
)
def test_no_other_family_asks_for_two_working_days(rule: RuleFamily, due: int) -> None:
    end = end_of(date(2026, 11, 20), length=Period(days=2), rule=rule)

    assert (end.due, end.widened) == (date(2026, 11, due), False)


def test_two_days_that_end_on_the_second_working_day_are_not_widened() -> None:
    end = end_of(date(2026, 11, 23), length=Period(days=2), rule=RuleFamily.EU_1182_71)

    assert (end.due, end.widened) == (date(2026, 11, 25), False)


def test_one_day_from_a_friday_ends_on_the_monday() -> None:
    end = end_of(date(2026, 11, 20), length=Period(days=1), rule=RuleFamily.EU_1182_71)

    assert (end.due, end.widened) == (date(2026, 11, 23), False)


def test_a_day_off_between_the_two_working_days_is_named_too() -> None:
    end = end_of(date(2026, 11, 7), length=Period(days=2), rule=RuleFamily.EU_1182_71)
    armistice = end_of(date(2026, 11, 8), length=Period(days=2), rule=RuleFamily.EU_1182_71)
    split = end_of(date(2020, 11, 7), length=Period(days=2), rule=RuleFamily.EU_1182_71)
    over = end_of(date(2025, 11, 8), length=Period(days=2), rule=RuleFamily.EU_1182_71)

    assert (end.due, end.skipped) == (date(2026, 11, 10), ())
    assert (armistice.due, armistice.skipped) == (date(2026, 11, 10), ())
    assert (split.due, split.skipped) == (date(2020, 11, 10), ())
    assert (over.due, [off.name.fr for off in over.skipped]) == (date(2025, 11, 12), ["Armistice de 1918"])


@given(start=starts, length=lengths, days=st.integers(0, 200))
def test_days_when_the_clock_stood_still_are_added(start: date, length: Period, days: int) -> None:
    running = end_of(start, length=length, rule=RuleFamily.FR_CPC)
    stopped = end_of(start, length=length, rule=RuleFamily.FR_CPC, stopped_days=days)

    assert stopped.raw_end == running.raw_end + timedelta(days=days)


@pytest.mark.parametrize("zone", ALSACE_MOSELLE)
def test_good_friday_counts_only_where_a_commune_has_a_temple(zone: str) -> None:
    good_friday = date(2026, 4, 3)

    assert Calendar(zone=zone).is_working(good_friday)
    assert not Calendar(zone=zone, good_friday=True).is_working(good_friday)


def test_distance_lengthens_only_administrative_appeals() -> None:
    for rule in RuleFamily:
        near = end_of(date(2026, 1, 15), length=Period(months=2), rule=rule)
        far = end_of(date(2026, 1, 15), length=Period(months=2), rule=rule, residence=Residence.OVERSEAS)
        assert (far.raw_end > near.raw_end) is (rule is RuleFamily.FR_FRANC)


def test_an_end_after_2200_is_refused() -> None:
    with pytest.raises(EndOutOfReach, match="2200"):
        end_of(date(2150, 1, 1), length=Period.parse("P51Y"), rule=RuleFamily.FR_CPC)
    with pytest.raises(EndOutOfReach):
        end_of(date(2150, 1, 1), length=Period.parse("P9999Y"), rule=RuleFamily.FR_CPC)
