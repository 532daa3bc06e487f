"""How near a deadline is, or how late: the stages at which people are told, and the two levels of lateness."""

from datetime import date, timedelta
from enum import IntEnum


class Lateness(IntEnum):
    NONE = 0
    LATE = 1
    GRAVE = 2


# Days from the due date. Before it, whoever is bound is told; after it, whoever follows the case.
BEFORE = (-14, -7, -3, -1)
FLAGGED = 1
AFTER = (4, 14)
LETTER_AFTER, ESCALATE_AFTER = AFTER


def days_late(due: date, *, today: date) -> int:
    """1 on the day after the due date; 0 or less while there is time."""
    return (today - due).days


def stage_before(due: date, *, today: date) -> int | None:
    """The nearest stage that a day before the due date has reached: -7 five days before. None earlier, or after it."""
    late = days_late(due, today=today)
    return max((stage for stage in BEFORE if stage <= late <= 0), default=None)


def stage_after(missed_on: date, *, today: date) -> int | None:
    """The last stage since the flag, which is the first day of lateness: a late sweep never tells two at once."""
    late = FLAGGED + (today - missed_on).days
    return max((stage for stage in AFTER if stage <= late), default=None)


def lateness(due: date | None, *, binds_member: bool, has_another_way: bool, today: date) -> Lateness:
    """The second level comes a fortnight after an addressee's day, and at once for a member's right that is lost.

    `has_another_way`: another procedure reaches the same end.
    """
    late = days_late(due, today=today) if due else 0
    if late <= 0:
        return Lateness.NONE
    if binds_member:
        return Lateness.LATE if has_another_way else Lateness.GRAVE
    return Lateness.GRAVE if late >= ESCALATE_AFTER else Lateness.LATE


def wants_letter(due: date | None, *, binds_member: bool, today: date) -> bool:
    """Four days after an addressee's day, with no answer: a letter of reminder is proposed."""
    return due is not None and not binds_member and days_late(due, today=today) >= LETTER_AFTER


def last_day_of(stage: int, *, today: date) -> date:
    """The due dates up to this one have reached the stage today."""
    return today - timedelta(days=stage)
