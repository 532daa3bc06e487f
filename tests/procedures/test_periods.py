from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.rules.periods import EndOutOfReach, Period, UnreadablePeriod

periods = st.builds(
    Period,
    years=st.integers(0, 30),
    months=st.integers(0, 50),
    weeks=st.integers(0, 50),
    days=st.integers(0, 400),
)


@given(period=periods)
def test_a_period_is_read_as_it_is_written(period: Period) -> None:
    assert Period.parse(str(period)) == period


@pytest.mark.parametrize("text", ["", "P", "6W", "P6", "PT6H", "P-1M", "P1.5M", "p6w", "P1D1M", "P٣M", "P6W ", "PXM"])
def test_what_is_not_a_period_is_refused(text: str) -> None:
    with pytest.raises(UnreadablePeriod, match="P1M10D"):
        Period.parse(text)


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        (date(2026, 8, 31), "P1M", date(2026, 9, 30)),
        (date(2024, 2, 29), "P1Y1M", date(2025, 3, 29)),
        (date(2026, 1, 31), "P1M10D", date(2026, 3, 10)),
        (date(2026, 12, 31), "P2M", date(2027, 2, 28)),
        (date(2026, 11, 23), "P0D", date(2026, 11, 23)),
    ],
)
def test_months_come_first_then_days(start: date, length: str, end: date) -> None:
    assert Period.parse(length).after(start) == end


@given(one=periods, other=periods)
def test_two_lengths_add_up_unit_by_unit(one: Period, other: Period) -> None:
    both = one + other

    assert (both.years, both.months) == (one.years + other.years, one.months + other.months)
    assert (both.weeks, both.days) == (one.weeks + other.weeks, one.days + other.days)
    assert (both.all_months, both.all_days) == (12 * both.years + both.months, 7 * both.weeks + both.days)


@pytest.mark.parametrize(
    ("start", "length", "clamped"),
    [
        (date(2026, 8, 31), "P1M", True),
        (date(2026, 8, 30), "P1M", False),
        (date(2024, 2, 29), "P1Y", True),
        (date(2024, 2, 29), "P4Y", False),
        (date(2026, 1, 31), "P10D", False),
    ],
)
def test_it_is_known_when_the_last_month_has_no_such_day(start: date, length: str, *, clamped: bool) -> None:
    assert Period.parse(length).is_clamped(start) is clamped


def test_the_far_end_of_the_calendar_is_refused() -> None:
    assert Period(years=50).after(date(2150, 12, 31)) == date(2200, 12, 31)
    with pytest.raises(EndOutOfReach):
        Period(days=1).after(date(2200, 12, 31))
    with pytest.raises(EndOutOfReach):
        Period(years=9998).after(date(2026, 1, 1))
    with pytest.raises(EndOutOfReach):
        Period(years=7900, weeks=9999).after(date(2026, 1, 1))  # within the calendar's years, then beyond its days


@pytest.mark.parametrize(
    ("length", "french", "english"),
    [
        ("P6W", "six semaines", "six weeks"),
        ("P1W", "une semaine", "one week"),
        ("P1M", "un mois", "one month"),
        ("P10Y", "dix ans", "ten years"),
        ("P1M10D", "un mois et dix jours", "one month and ten days"),
        ("P30D", "30 jours", "30 days"),
        ("P1Y2M3D", "un an, deux mois et trois jours", "one year, two months and three days"),
        ("P2D", "deux jours", "two days"),
        ("P0D", "zéro jour", "zero days"),
    ],
)
def test_a_period_is_said_in_words(length: str, french: str, english: str) -> None:
    period = Period.parse(length)

    assert (period.say("fr"), period.say("en")) == (french, english)
