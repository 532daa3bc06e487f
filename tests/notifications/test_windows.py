"""When mails may leave: tables for three places, both changes of the clock, and properties."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.rules import windows
from notifications.rules.windows import EVERY_DAY, UnreadableWindow, Window

PARIS, MARTINIQUE, REUNION = "Europe/Paris", "America/Martinique", "Indian/Reunion"
WORKING_DAYS = frozenset(range(5))
STEP = timedelta(minutes=15)

WINDOWS = st.builds(
    lambda hours, weekdays, zone: Window(opens=min(hours), closes=max(hours), weekdays=weekdays, time_zone=zone),
    st.sets(st.integers(0, 24), min_size=2, max_size=2),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.sampled_from([PARIS, MARTINIQUE, REUNION, "America/Miquelon", "Pacific/Noumea"]),
)


def moments(first: str, last: str) -> st.SearchStrategy[datetime]:
    return st.integers(0, int((instant(last) - instant(first)).total_seconds())).map(
        lambda seconds: instant(first) + timedelta(seconds=seconds)
    )


def instant(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)


MOMENTS = st.one_of(
    moments("2000-01-01T00:00Z", "2100-01-01T00:00Z"),
    # Around the two nights of 2026 when the clock of Paris changes.
    moments("2026-03-28T12:00Z", "2026-03-29T12:00Z"),
    moments("2026-10-24T12:00Z", "2026-10-25T12:00Z"),
)


def local(written: str, zone: str = PARIS, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone), fold=fold)


def opening(window: Window, at: datetime) -> str:
    return on_the_clock(window, windows.next_opening(window, at))


def on_the_clock(window: Window, at: datetime) -> str:
    assert at.tzinfo is UTC
    return at.astimezone(ZoneInfo(window.time_zone)).isoformat()


def test_without_a_choice_mails_leave_every_day_from_eight_to_twenty() -> None:
    assert Window() == Window(opens=8, closes=20, weekdays=EVERY_DAY, time_zone=PARIS)


@pytest.mark.parametrize("zone", [PARIS, MARTINIQUE, REUNION])
@pytest.mark.parametrize(
    ("written", "is_open"),
    [
        ("2026-11-24T00:00:00", False),
        ("2026-11-24T07:59:59.999999", False),
        ("2026-11-24T08:00:00", True),
        ("2026-11-24T19:59:59.999999", True),
        ("2026-11-24T20:00:00", False),
        ("2026-11-29T12:00:00", True),  # a Sunday
    ],
)
def test_the_hours_are_those_of_the_place(zone: str, written: str, is_open: bool) -> None:
    window = Window(time_zone=zone)

    assert windows.is_open(window, local(written, zone)) is is_open
    assert windows.is_open(window, local(written, zone).astimezone(UTC)) is is_open


@pytest.mark.parametrize(
    ("zone", "at", "expected"),
    [
        # One instant, three clocks: 20:30 in Paris, 15:30 in Fort-de-France, 23:30 in Saint-Denis.
        (PARIS, "2026-11-24T19:30:00+00:00", "2026-11-25T08:00:00+01:00"),
        (MARTINIQUE, "2026-11-24T19:30:00+00:00", "2026-11-24T15:30:00-04:00"),
        (REUNION, "2026-11-24T19:30:00+00:00", "2026-11-25T08:00:00+04:00"),
        # The day has changed in Paris and Saint-Denis, not yet in Fort-de-France.
        (PARIS, "2026-11-24T23:30:00+00:00", "2026-11-25T08:00:00+01:00"),
        (MARTINIQUE, "2026-11-25T00:30:00+00:00", "2026-11-25T08:00:00-04:00"),
        (REUNION, "2026-11-24T23:30:00+00:00", "2026-11-25T08:00:00+04:00"),
    ],
)
def test_the_next_opening_is_on_the_clock_of_the_place(zone: str, at: str, expected: str) -> None:
    assert opening(Window(time_zone=zone), datetime.fromisoformat(at)) == expected


@pytest.mark.parametrize(
    ("zone", "holiday", "expected"),
    [
        (PARIS, "2026-05-08T10:00:00", "2026-05-11T08:00:00+02:00"),  # a Friday: 8 May
        (MARTINIQUE, "2026-05-22T10:00:00", "2026-05-26T08:00:00-04:00"),  # abolition, a weekend, Whit Monday
        (REUNION, "2026-05-22T10:00:00", "2026-05-22T10:00:00+04:00"),  # not a holiday there
        (PARIS, "2026-05-22T10:00:00", "2026-05-22T10:00:00+02:00"),
        (REUNION, "2025-12-19T21:00:00", "2025-12-22T08:00:00+04:00"),
        (REUNION, "2027-12-20T10:00:00", "2027-12-21T08:00:00+04:00"),  # abolition, a Monday
        (PARIS, "2027-12-20T10:00:00", "2027-12-20T10:00:00+01:00"),
    ],
)
def test_a_public_holiday_of_the_place_counts_as_a_sunday(zone: str, holiday: str, expected: str) -> None:
    assert opening(Window(weekdays=WORKING_DAYS, time_zone=zone), local(holiday, zone)) == expected


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/Cayenne", "2026-06-10"),
        ("America/Guadeloupe", "2026-05-27"),
        ("America/Marigot", "2026-05-28"),
        (MARTINIQUE, "2026-05-22"),
        ("America/St_Barthelemy", "2026-10-09"),
        ("Indian/Mayotte", "2026-04-27"),
        (REUNION, "2027-12-20"),
    ],
)
def test_the_end_of_slavery_is_a_holiday_on_the_day_of_each_place(zone: str, day: str) -> None:
    assert not windows.is_open(Window(weekdays=WORKING_DAYS, time_zone=zone), local(f"{day}T10:00:00", zone))
    assert windows.is_open(Window(weekdays=WORKING_DAYS), local(f"{day}T10:00:00"))


def test_who_sends_on_sundays_sends_on_holidays() -> None:
    sundays = Window(weekdays=frozenset({6}))

    assert windows.is_open(sundays, local("2026-05-08T10:00:00"))
    assert not windows.is_open(sundays, local("2026-05-07T10:00:00"))


def test_three_mondays_off_in_a_row_are_waited_for() -> None:
    mondays = Window(weekdays=frozenset({0}))

    assert opening(mondays, local("2000-04-17T20:00:00")) == "2000-05-15T08:00:00+02:00"


@pytest.mark.parametrize(
    ("opens", "closes", "at", "expected"),
    [
        # 29 March 2026: the clock leaps from two to three.
        (8, 20, "2026-03-28T20:00:00+01:00", "2026-03-29T08:00:00+02:00"),
        (2, 5, "2026-03-29T01:59:00+01:00", "2026-03-29T03:00:00+02:00"),
        (2, 3, "2026-03-29T01:59:00+01:00", "2026-03-30T02:00:00+02:00"),
        (3, 4, "2026-03-29T01:59:59+01:00", "2026-03-29T03:00:00+02:00"),
        # 25 October 2026: it goes from three back to two.
        (8, 20, "2026-10-24T20:00:00+02:00", "2026-10-25T08:00:00+01:00"),
        (2, 3, "2026-10-25T01:00:00+02:00", "2026-10-25T02:00:00+02:00"),
        (2, 3, "2026-10-25T02:10:00+01:00", "2026-10-25T02:10:00+01:00"),
        (1, 2, "2026-10-25T02:10:00+02:00", "2026-10-26T01:00:00+01:00"),
        (3, 4, "2026-10-25T02:59:00+02:00", "2026-10-25T03:00:00+01:00"),
    ],
)
def test_the_nights_when_the_clock_changes(opens: int, closes: int, at: str, expected: str) -> None:
    assert opening(Window(opens=opens, closes=closes), datetime.fromisoformat(at)) == expected


def test_an_hour_that_comes_twice_is_open_both_times() -> None:
    window = Window(opens=2, closes=3)

    assert windows.is_open(window, local("2026-10-25T02:30:00", fold=0))
    assert windows.is_open(window, local("2026-10-25T02:30:00", fold=1))


def test_an_hour_that_does_not_come_is_read_as_the_next() -> None:
    assert not windows.is_open(Window(opens=2, closes=3), local("2026-03-29T02:30:00"))
    assert windows.is_open(Window(opens=3, closes=4), local("2026-03-29T02:30:00"))


def test_a_clock_that_leaps_over_the_very_hour_and_goes_back_over_the_hour_before() -> None:
    """Havana leaps from midnight to one, and goes back from one to midnight."""
    nights = Window(opens=0, closes=1, time_zone="America/Havana")
    days = Window(opens=0, closes=2, time_zone="America/Havana")

    assert opening(days, datetime(2026, 3, 8, 4, 59, tzinfo=UTC)) == "2026-03-08T01:00:00-04:00"
    assert opening(nights, datetime(2026, 3, 8, 5, 0, tzinfo=UTC)) == "2026-03-09T00:00:00-04:00"
    assert windows.is_open(nights, datetime(2026, 11, 1, 5, 30, tzinfo=UTC))


def test_a_window_that_ends_at_midnight_holds_the_last_minute_of_the_day() -> None:
    evenings = Window(opens=18, closes=24, weekdays=WORKING_DAYS)

    assert windows.is_open(evenings, local("2026-11-27T23:59:59"))
    assert not windows.is_open(evenings, local("2026-11-28T00:00:00"))
    assert opening(evenings, local("2026-11-28T00:00:00")) == "2026-11-30T18:00:00+01:00"


def test_a_window_of_the_whole_day_opens_at_midnight() -> None:
    working = Window(opens=0, closes=24, weekdays=WORKING_DAYS)

    assert opening(working, local("2026-11-28T12:00:00")) == "2026-11-30T00:00:00+01:00"
    assert windows.is_open(working, local("2026-11-27T23:59:59.999999"))


@given(at=MOMENTS, zone=st.sampled_from([PARIS, MARTINIQUE, REUNION]))
def test_a_window_of_every_hour_is_never_closed(at: datetime, zone: str) -> None:
    window = Window(opens=0, closes=24, time_zone=zone)

    assert windows.is_open(window, at)
    assert windows.next_opening(window, at) == at


@given(window=WINDOWS, at=MOMENTS)
def test_it_is_open_at_the_next_opening_and_never_before(window: Window, at: datetime) -> None:
    found = windows.next_opening(window, at)

    assert windows.is_open(window, found)
    assert (found == at) is windows.is_open(window, at)
    assert found >= at
    steps = (at + number * STEP for number in range((found - at) // STEP + 1))
    assert not any(windows.is_open(window, step) for step in steps if step < found)
    assert found == at or not windows.is_open(window, found - timedelta(microseconds=1))


@given(window=WINDOWS, at=MOMENTS, zone=st.sampled_from([PARIS, MARTINIQUE, REUNION]))
def test_the_zone_in_which_an_instant_is_written_changes_nothing(window: Window, at: datetime, zone: str) -> None:
    elsewhere = at.astimezone(ZoneInfo(zone))

    assert windows.is_open(window, elsewhere) is windows.is_open(window, at)
    assert windows.next_opening(window, elsewhere) == windows.next_opening(window, at)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-27T22:00:00", "2026-11-28T08:00:00+01:00"),  # Friday night: Saturday's hours
        ("2026-11-28T02:00:00", "2026-11-28T08:00:00+01:00"),  # Saturday night: the same
        ("2026-11-28T08:00:00", "2026-11-30T08:00:00+01:00"),  # Saturday by day: Monday
        ("2026-11-28T20:00:00", "2026-11-29T08:00:00+01:00"),  # Saturday evening: Sunday's hours
        ("2026-11-26T22:00:00", "2026-11-27T08:00:00+01:00"),  # Thursday night: Friday, an open day
    ],
)
def test_what_cannot_wait_for_an_open_day_waits_for_the_hours_of_another(at: str, expected: str) -> None:
    window = Window(weekdays=WORKING_DAYS)

    assert on_the_clock(window, windows.next_chance(window, local(at))) == expected


@given(window=WINDOWS, at=MOMENTS)
def test_the_next_chance_is_never_after_the_next_opening(window: Window, at: datetime) -> None:
    assert at <= windows.next_chance(window, at) <= windows.next_opening(window, at)


@pytest.mark.parametrize(
    "wrong",
    [
        {"opens": 20, "closes": 8},
        {"opens": 8, "closes": 8},
        {"opens": -1},
        {"closes": 25},
        {"weekdays": frozenset()},
        {"weekdays": frozenset({7})},
        {"time_zone": "Europe/Pari"},
        {"time_zone": ""},
        {"time_zone": "/etc"},
        {"time_zone": "Europe"},
    ],
)
def test_a_window_that_never_opens_or_is_nowhere_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UnreadableWindow):
        Window(**wrong)
