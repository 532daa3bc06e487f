"""How one person wants their mails: at once, once a day, or none; and the hours in which none comes.

What an association's window allows is decided before (`windows`); this only ever makes it narrower. Nothing is lost:
whatever the choice, a mail leaves in the end, or shows on the pages where « none » was chosen.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from notifications.rules.windows import EVERY_DAY, WHOLE_DAY, Window, is_open, next_opening, next_start

# Who chose none still hears of the last days of something that is theirs to do.
LAST_DAYS = timedelta(days=4)
_LOOKS = 40


class Mode(StrEnum):
    MAIL = "mail"
    DIGEST = "digest"
    NONE = "none"


class Act(StrEnum):
    LEAVE = "leave"  # now, by itself
    WAIT = "wait"  # until the quiet hours are over
    GATHER = "gather"  # into the day's mail
    KEEP = "keep"  # on the pages only


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Hours of the association's clock. Quiet from an hour up to another one, over midnight too; both None: never."""

    mode: Mode = Mode.MAIL
    digest_at: int = 18
    quiet_from: int | None = None
    quiet_until: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`until`: when it is to be looked at again, or when the day's mail leaves."""

    act: Act
    until: datetime | None = None


def verdict(
    choice: Choice, window: Window, *, promised_at: datetime, now: datetime, leave_by: datetime | None
) -> Verdict:
    """What becomes of a mail that the association's window lets through now. Urgent kinds are not asked about.

    1. None: it stays on the pages, unless its last days have come.
    2. Digest: it joins the first day's mail after its promise, unless that would be too late. One that has missed it
       leaves by itself.
    3. Quiet hours: it waits for their end, unless that would be too late.
    """
    if choice.mode is Mode.NONE and not is_last(leave_by, now=now):
        return Verdict(Act.KEEP)
    if choice.mode is Mode.DIGEST:
        gathers_at = digest_after(choice, window, promised_at)
        if now < gathers_at and not _is_too_late(leave_by, gathers_at, now=now):
            return Verdict(Act.GATHER, gathers_at)
    free_at = next_free(choice, window, now)
    if free_at > now and not _is_too_late(leave_by, free_at, now=now):
        return Verdict(Act.WAIT, free_at)
    return Verdict(Act.LEAVE)


def is_last(leave_by: datetime | None, *, now: datetime) -> bool:
    """Something of one's own is due within days, and a mail can still help."""
    return leave_by is not None and now < leave_by <= now + LAST_DAYS


def _is_too_late(leave_by: datetime | None, then: datetime, *, now: datetime) -> bool:
    """What is too late already has time again."""
    return leave_by is not None and now < leave_by <= then


def is_quiet(choice: Choice, window: Window, at: datetime) -> bool:
    first, end = choice.quiet_from, choice.quiet_until
    if first is None or end is None:
        return False
    hour = at.astimezone(ZoneInfo(window.time_zone)).hour
    return first <= hour < end if first < end else hour >= first or hour < end


def next_free(choice: Choice, window: Window, at: datetime) -> datetime:
    """`at` itself when it is not quiet, else the first instant of the window after that which is not either.

    Quiet hours that leave no room in the window (it became narrower) are void: `at`.
    """
    if not is_quiet(choice, window, at) or choice.quiet_until is None:
        return at
    ends = choice.quiet_until % WHOLE_DAY
    quiet_end = replace(window, opens=ends, closes=ends + 1, weekdays=EVERY_DAY)
    instant = at
    for _ in range(_LOOKS):
        instant = next_opening(window, next_start(quiet_end, instant))
        if not is_quiet(choice, window, instant):
            return instant
    return at


def digest_after(choice: Choice, window: Window, at: datetime) -> datetime:
    """When the first day's mail from `at` on leaves: at the chosen hour of a day of the window.

    An hour that the window does not hold any more gives way to the window's first one. Quiet hours do not move it: it
    is an hour that was chosen.
    """
    hour = choice.digest_at if window.opens <= choice.digest_at < window.closes else window.opens
    slot = replace(window, opens=hour, closes=hour + 1)
    instant = next_start(slot, at)
    while not is_open(slot, instant):
        instant = next_start(slot, instant + timedelta(minutes=1))
    return instant
