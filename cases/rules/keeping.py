"""How long a case is kept: active, then in the restricted archive, then let go. Days are local dates.

The default: until its last expected proof or deadline and three months, then a year. An association may only shorten.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from cases.rules.queue import NEVER
from procedures.rules.periods import EndOutOfReach, Period

# What an association may choose, in months; the archive never so short that its notices have no time.
ACTIVE, ARCHIVE = range(1, 4), range(2, 13)
# Whoever complains needs the mandate and the proofs of sending: five years (civil code, art. 2224, read 2026-11-23).
COMPLAINT_MONTHS = 60
COMPLAINTS = frozenset({"cnil/plainte"})
# Days from the day of letting go at which the person is told.
FIRST_NOTICE, LAST_NOTICE = -30, -7
NOTICES = (FIRST_NOTICE, LAST_NOTICE)
# A notice of long ago was about another day: since then a complaint, say, had stopped the clock.
NOTICE_HOLDS = timedelta(days=60)
_DAY = timedelta(days=1)


class TooLong(ValueError):
    """An association keeps for as long as the default at most, and long enough to give notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Months of work after the last expected day, then months in the archive. Raises TooLong."""

    active: int = 3
    archive: int = 12

    def __post_init__(self) -> None:
        if self.active not in ACTIVE or self.archive not in ARCHIVE:
            raise TooLong("An active case is kept for 1 to 3 months, an archived one for 2 to 12.")

    def archives_on(self, expected: date) -> date:
        """The last day on which the team works on it. NEVER when nothing ends."""
        return _after(expected, months=self.active)

    def purges_on(self, expected: date, *, has_complaint: bool = False) -> date:
        """The last day on which it is kept at all."""
        return _after(expected, months=self.active + self._archive(has_complaint=has_complaint))

    def to_archive(self, today: date) -> date:
        """What was last expected up to this day leaves the active cases today."""
        return latest_start(today - _DAY, months=self.active)

    def to_purge(self, today: date, *, has_complaint: bool, within: int = -1) -> date:
        """What was last expected up to this day is kept for so many days more at most (-1: no more today)."""
        months = self.active + self._archive(has_complaint=has_complaint)
        return latest_start(today + timedelta(days=within), months=months)

    def _archive(self, *, has_complaint: bool) -> int:
        return max(self.archive, COMPLAINT_MONTHS) if has_complaint else self.archive


DEFAULT = Terms()


def last_expected(*, opened_on: date, touched_on: date | None, closed_on: date | None, dues: Iterable[date]) -> date:
    """The day from which the months are counted: the last deadline that is open, or the last thing that was done."""
    return max(day for day in (opened_on, touched_on, closed_on, *dues) if day)


def _after(start: date, *, months: int) -> date:
    try:
        return Period(months=months).after(start)
    except EndOutOfReach:
        return NEVER


def latest_start(end: date, *, months: int) -> date:
    """The last day from which so many months have passed on `end`; what `Period.after` says the other way round.

    The last day of a month ends whatever began on the last days of a longer one.
    """
    year, month = divmod(end.year * 12 + end.month - 1 - months, 12)
    last = monthrange(year, month + 1)[1]
    is_last = end.day == monthrange(end.year, end.month)[1]
    return date(year, month + 1, last if is_last else min(end.day, last))


def notice_due(purge_on: date, *, told: int | None, told_on: date | None, today: date) -> int | None:
    """The notice that the person has to get today; None when they had it, or there is time."""
    left = (today - purge_on).days
    stage = max((one for one in NOTICES if one <= left), default=None)
    knows = told if told_on and told_on >= today - NOTICE_HOLDS else None
    return None if stage is None or (knows is not None and knows >= stage) else stage


def may_let_go(purge_on: date, *, told: int | None, told_on: date | None, today: date) -> bool:
    """Its day is over, and the last notice is a week old: after an outage the notice comes first all the same."""
    return let_go_on(purge_on, told=told, told_on=told_on, today=today) < today


def let_go_on(purge_on: date, *, told: int | None, told_on: date | None, today: date) -> date:
    """The last day on which it is really kept: later than planned where the last notice came late, or is still due."""
    was_told = told == LAST_NOTICE and told_on is not None and told_on >= today - NOTICE_HOLDS
    notice = told_on if was_told and told_on else max(today, purge_on + timedelta(days=LAST_NOTICE))
    return max(purge_on, notice + timedelta(days=-LAST_NOTICE))
