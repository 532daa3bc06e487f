from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.rules.calendars import Calendar
from procedures.rules.hours import (
    Hours,
    Slot,
    closes_at,
    is_open,
    last_useful,
    next_opening,
    say_hours,
    say_status,
    wall_clock,
)

# ruff: noqa: DTZ001  these are readings of a wall clock, without a zone
LINE = Hours(slots=(Slot(weekdays=(0, 1, 2, 3, 4), opens=time(8, 30), closes=time(17, 30)),))
TWO_SLOTS = Hours(
    slots=(
        Slot(weekdays=(0, 2), opens=time(9), closes=time(12)),
        Slot(weekdays=(0,), opens=time(14), closes=time(16)),
    ),
    closed_on_holidays=False,
)


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        (datetime(2026, 11, 23, 8, 29), False),
        (datetime(2026, 11, 23, 8, 30), True),
        (datetime(2026, 11, 23, 17, 29), True),
        (datetime(2026, 11, 23, 17, 30), False),
        (datetime(2026, 11, 22, 10, 0), False),  # a Sunday
        (datetime(2026, 11, 11, 10, 0), False),  # the Armistice
        (datetime(2026, 11, 23, 10, 0, tzinfo=timezone(timedelta(hours=1))), True),
    ],
)
def test_the_line_answers_in_its_hours_only(at: datetime, open_: bool) -> None:
    assert is_open(LINE, at) is open_


def test_the_last_useful_call_before_the_first_of_may_is_the_day_before() -> None:
    assert last_useful(LINE, date(2026, 5, 1)) == datetime(2026, 4, 30, 17, 30)


def test_the_last_useful_call_before_easter_monday_is_on_the_friday() -> None:
    assert last_useful(LINE, date(2026, 4, 6)) == datetime(2026, 4, 3, 17, 30)


@given(due=st.dates(date(1950, 1, 1), date(2150, 1, 1)))
def test_the_last_useful_slot_is_open_and_nothing_opens_between_it_and_the_due_date(due: date) -> None:
    moment = last_useful(LINE, due)

    assert moment is not None
    assert moment.date() <= due
    assert is_open(LINE, moment - timedelta(minutes=1))
    between = (moment.date() + timedelta(days=number) for number in range(1, (due - moment.date()).days + 1))
    assert not any(Calendar().is_working(day) for day in between)


def test_a_line_that_never_opens_has_no_useful_moment() -> None:
    never = Hours(slots=())

    assert last_useful(never, date(2026, 5, 1)) is None
    assert next_opening(never, datetime(2026, 5, 1)) is None
    assert say_status(never, datetime(2026, 5, 1)).fr == "Fermé"


def test_a_lunch_break_closes_the_line() -> None:
    assert closes_at(TWO_SLOTS, datetime(2026, 11, 23, 11)) == time(12)
    assert closes_at(TWO_SLOTS, datetime(2026, 11, 23, 13)) is None
    assert next_opening(TWO_SLOTS, datetime(2026, 11, 23, 13)) == datetime(2026, 11, 23, 14)
    assert last_useful(TWO_SLOTS, date(2026, 11, 23)) == datetime(2026, 11, 23, 16)


IN_MARTINIQUE = Hours(
    slots=(Slot(weekdays=(0, 1, 2, 3, 4), opens=time(8), closes=time(20)),),
    zone="FR-972",
    time_zone="America/Martinique",
)
IN_LA_REUNION = Hours(
    slots=(Slot(weekdays=tuple(range(7)), opens=time(0), closes=time(9)),), zone="FR-974", time_zone="Indian/Reunion"
)


def test_the_day_ends_with_that_of_paris_before_a_line_overseas_closes() -> None:
    winter, summer = date(2026, 1, 15), date(2026, 7, 15)

    assert last_useful(IN_MARTINIQUE, winter, zone="FR-972") == datetime(2026, 1, 15, 19)
    assert last_useful(IN_MARTINIQUE, summer) == datetime(2026, 7, 15, 18)


def test_a_line_to_the_east_of_paris_is_not_called_on_its_next_day() -> None:
    assert last_useful(IN_LA_REUNION, date(2026, 1, 15)) == datetime(2026, 1, 15, 9)


def test_a_deadline_overseas_ends_before_paris_does_to_the_east() -> None:
    late = Hours(slots=(Slot(weekdays=(0, 1, 2, 3, 4), opens=time(8), closes=time(23)),))

    assert last_useful(late, date(2026, 1, 15), zone="FR-974") == datetime(2026, 1, 15, 21)
    assert last_useful(late, date(2026, 1, 15)) == datetime(2026, 1, 15, 23)


def test_a_line_that_opens_after_the_day_is_over_is_called_the_day_before() -> None:
    night = Hours(
        slots=(Slot(weekdays=(0, 1, 2, 3, 4), opens=time(19, 30), closes=time(21)),), time_zone="America/Martinique"
    )

    assert last_useful(night, date(2026, 1, 15)) == datetime(2026, 1, 14, 21)


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (date(2026, 5, 22), datetime(2026, 5, 21, 20)),  # abolition, in Martinique only
        (date(2026, 5, 25), datetime(2026, 5, 21, 20)),  # Whit Monday, after it
        (date(2026, 5, 27), datetime(2026, 5, 27, 18)),  # abolition elsewhere
    ],
)
def test_a_line_overseas_keeps_the_holidays_of_its_own_zone(day: date, moment: datetime) -> None:
    assert last_useful(IN_MARTINIQUE, day) == moment


@pytest.mark.parametrize(
    ("at", "french", "english"),
    [
        (datetime(2026, 11, 23, 10), "Ouvert maintenant, jusqu’à 17 h 30", "Open now, until 17:30"),
        (datetime(2026, 11, 23, 7), "Fermé, rouvre aujourd’hui à 8 h 30", "Closed, opens again today at 08:30"),
        (datetime(2026, 11, 23, 8, 29), "Fermé, rouvre aujourd’hui à 8 h 30", "Closed, opens again today at 08:30"),
        (datetime(2026, 11, 23, 8, 30), "Ouvert maintenant, jusqu’à 17 h 30", "Open now, until 17:30"),
        (datetime(2026, 11, 23, 17, 29), "Ouvert maintenant, jusqu’à 17 h 30", "Open now, until 17:30"),
        (datetime(2026, 11, 23, 17, 30), "Fermé, rouvre demain à 8 h 30", "Closed, opens again tomorrow at 08:30"),
        (datetime(2026, 12, 24, 18), "Fermé, rouvre lundi à 8 h 30", "Closed, opens again on Monday at 08:30"),
        (datetime(2026, 5, 1, 10), "Fermé, rouvre lundi à 8 h 30", "Closed, opens again on Monday at 08:30"),
        (datetime(2025, 4, 30, 18), "Fermé, rouvre vendredi à 8 h 30", "Closed, opens again on Friday at 08:30"),
        (datetime(2026, 11, 23, 18), "Fermé, rouvre demain à 8 h 30", "Closed, opens again tomorrow at 08:30"),
        (datetime(2026, 11, 20, 18), "Fermé, rouvre lundi à 8 h 30", "Closed, opens again on Monday at 08:30"),
        (datetime(2026, 4, 30, 18), "Fermé, rouvre lundi à 8 h 30", "Closed, opens again on Monday at 08:30"),
    ],
)
def test_the_status_is_said_in_words(at: datetime, french: str, english: str) -> None:
    status = say_status(LINE, at)

    assert status.fr.replace("\u00a0", " ") == french
    assert status.en == english


@pytest.mark.parametrize(
    ("at", "french"),
    [
        (datetime(2026, 11, 23, 7, 29, tzinfo=UTC), "Fermé, rouvre aujourd’hui à 8 h 30"),
        (datetime(2026, 11, 23, 7, 30, tzinfo=UTC), "Ouvert maintenant, jusqu’à 17 h 30"),
        (datetime(2026, 7, 20, 15, 30, tzinfo=UTC), "Fermé, rouvre demain à 8 h 30"),
        (datetime(2026, 11, 23, 20, 0, tzinfo=ZoneInfo("Indian/Reunion")), "Ouvert maintenant, jusqu’à 17 h 30"),
        (datetime(2026, 11, 24, 1, 0, tzinfo=ZoneInfo("Indian/Reunion")), "Fermé, rouvre demain à 8 h 30"),
    ],
)
def test_whoever_asks_from_elsewhere_is_told_by_the_clock_of_the_line(at: datetime, french: str) -> None:
    assert say_status(LINE, at).fr.replace("\u00a0", " ") == french


def test_a_moment_without_a_zone_is_the_line_s_own_clock() -> None:
    assert wall_clock(LINE, datetime(2026, 7, 1, 9)) == datetime(2026, 7, 1, 9)
    assert wall_clock(LINE, datetime(2026, 7, 1, 9, tzinfo=UTC)) == datetime(2026, 7, 1, 11)


def test_the_hours_are_said_in_words() -> None:
    said, two = say_hours(LINE), say_hours(TWO_SLOTS)

    assert said.fr.replace("\u00a0", " ") == "du lundi au vendredi, de 8 h 30 à 17 h 30, sauf jours fériés"
    assert said.en == "Monday to Friday, from 08:30 to 17:30, except on public holidays"
    assert two.fr.replace("\u00a0", " ") == "le lundi, le mercredi, de 9 h à 12 h\u202f; le lundi, de 14 h à 16 h"
