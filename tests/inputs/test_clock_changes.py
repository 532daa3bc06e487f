"""Deadlines are days: the two nights of the year that have 23 and 25 hours move none of them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from procedures import registry
from procedures.rules import questions
from procedures.rules.clocks import end_of_day, today_for
from procedures.rules.replies import explain_deadlines
from tests.factories import OPPOSITION

PARIS = "Europe/Paris"


def due(sent: date) -> date:
    definition = registry.current(OPPOSITION)
    asked = questions.read_case([("sent", sent.isoformat())], definition=definition, deadline="opposer")
    [told] = explain_deadlines(definition, asked)
    return date.fromisoformat(told["due"] or "")


# The day on which the clock changes, and the moment at which it ends.
CHANGES = [
    (date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),
    (date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),
]


@pytest.mark.parametrize(("day", "ends"), CHANGES)
def test_a_deadline_over_a_change_of_the_clock_is_a_day_and_ends_with_it(day: date, ends: datetime) -> None:
    before = day - timedelta(days=3)

    assert due(before) == before + timedelta(weeks=6)
    assert end_of_day(day, time_zones=(PARIS,)) == ends
    assert today_for(ends - timedelta(seconds=1), time_zone=PARIS) == day
    assert today_for(ends, time_zone=PARIS) == day + timedelta(days=1)


@pytest.mark.parametrize("zone", ["America/Martinique", "Indian/Reunion"])
@pytest.mark.parametrize(("day", "ends"), CHANGES)
def test_overseas_it_ends_no_later_than_in_paris(day: date, ends: datetime, zone: str) -> None:
    assert end_of_day(day, time_zones=(zone,)) <= ends
