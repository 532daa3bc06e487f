from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.rules.periods import Every, Period, UnreadablePeriod


@pytest.mark.parametrize(
    ("text", "first", "after", "before"),
    [
        ("2025", date(2025, 1, 1), date(2026, 1, 1), "2024"),
        ("2025-Q1", date(2025, 1, 1), date(2025, 4, 1), "2024-Q4"),
        ("2025-Q4", date(2025, 10, 1), date(2026, 1, 1), "2025-Q3"),
        ("2025-01", date(2025, 1, 1), date(2025, 2, 1), "2024-12"),
        ("2024-12", date(2024, 12, 1), date(2025, 1, 1), "2024-11"),
    ],
)
def test_a_period_knows_its_ends_and_its_neighbour(text: str, first: date, after: date, before: str) -> None:
    period = Period.parse(text)

    assert (period.first, period.after, period.before.key, period.key) == (first, after, before, text)


@pytest.mark.parametrize(
    "text", ["", "25", "2025-Q5", "2025-13", "2025-Q", "2025-1", "0025", "2025 ", "２０２５", "2025-Q1\n"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UnreadablePeriod):
        Period.parse(text)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.sampled_from(Every))
def test_each_day_lies_in_one_period_and_periods_touch(day: date, every: Every) -> None:
    period = Period.around(day, every=every)

    assert period.first <= day < period.after
    assert period.before.after == period.first
    assert Period.parse(period.key) == period
