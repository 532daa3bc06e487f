from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.rules.calendars import ZONES
from procedures.rules.clocks import PARIS, TIME_ZONES, end_of_day, is_time_zone, today_for


def test_every_zone_has_its_clock() -> None:
    assert TIME_ZONES.keys() == set(ZONES)
    assert all(is_time_zone(name) for name in TIME_ZONES.values())


@pytest.mark.parametrize("name", ["", "Paris", "Europe/Nowhere", "../etc/passwd", "Europe", "/"])
def test_what_is_no_time_zone_is_known_as_none(name: str) -> None:
    assert is_time_zone(name) is False


@pytest.mark.parametrize(
    ("at", "time_zone", "day"),
    [
        (datetime(2026, 1, 15, 20, 30, tzinfo=UTC), "Indian/Reunion", date(2026, 1, 16)),  # past midnight there
        (datetime(2026, 1, 15, 19, 30, tzinfo=UTC), "Indian/Reunion", date(2026, 1, 15)),
        (datetime(2026, 1, 15, 23, 30, tzinfo=UTC), "America/Cayenne", date(2026, 1, 16)),  # past midnight in Paris
        (datetime(2026, 1, 15, 22, 30, tzinfo=UTC), "America/Cayenne", date(2026, 1, 15)),
        (datetime(2026, 7, 15, 22, 30, tzinfo=UTC), PARIS, date(2026, 7, 16)),
    ],
)
def test_today_ends_at_the_earlier_of_both_midnights(at: datetime, time_zone: str, day: date) -> None:
    assert today_for(at, time_zone=time_zone) == day


@given(day=st.dates(date(1990, 1, 1), date(2150, 1, 1)), time_zone=st.sampled_from(sorted(TIME_ZONES.values())))
def test_a_day_is_over_at_the_moment_from_which_today_is_the_next(day: date, time_zone: str) -> None:
    over = end_of_day(day, time_zones=(time_zone,)).astimezone(UTC)

    assert today_for(over, time_zone=time_zone) == day + timedelta(days=1)
    assert today_for(over - timedelta(seconds=1), time_zone=time_zone) == day
