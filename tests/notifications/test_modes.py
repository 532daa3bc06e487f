"""How one person wants their mails: pure rules over plain values."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.rules import windows
from notifications.rules.modes import (
    LAST_DAYS,
    Act,
    Choice,
    Mode,
    Verdict,
    digest_after,
    is_last,
    is_quiet,
    next_free,
    verdict,
)
from notifications.rules.windows import Window

PARIS = ZoneInfo("Europe/Paris")
DAY = Window(opens=8, closes=20)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS)


def decided(choice: Choice, *, promised: datetime, now: datetime | None = None, by: datetime | None = None) -> Verdict:
    return verdict(choice, DAY, promised_at=promised, now=now or promised, leave_by=by)


EVENING = Choice(mode=Mode.DIGEST, digest_at=18)
NIGHT_WORKER = Choice(quiet_from=7, quiet_until=13)


@pytest.mark.parametrize(
    ("choice", "now", "leave_by", "act", "until"),
    [
        (Choice(), at(23, 10), None, Act.LEAVE, None),
        (EVENING, at(23, 10), None, Act.GATHER, at(23, 18)),
        (EVENING, at(23, 18, 1), None, Act.GATHER, at(24, 18)),  # after the day's mail: the next day's
        (EVENING, at(23, 10), at(23, 17), Act.LEAVE, None),  # it would come too late
        (EVENING, at(23, 10), at(23, 9), Act.GATHER, at(23, 18)),  # it is too late already: it has time again
        (NIGHT_WORKER, at(23, 10), None, Act.WAIT, at(23, 13)),
        (NIGHT_WORKER, at(23, 13), None, Act.LEAVE, None),
        (NIGHT_WORKER, at(23, 10), at(23, 12), Act.LEAVE, None),
        (Choice(quiet_from=19, quiet_until=9), at(23, 19, 30), None, Act.WAIT, at(24, 9)),  # over midnight
        (Choice(quiet_from=8, quiet_until=20), at(23, 10), None, Act.LEAVE, None),  # no room: void, never lost
        (Choice(mode=Mode.NONE), at(23, 10), None, Act.KEEP, None),
        (Choice(mode=Mode.NONE), at(23, 10), at(30, 0), Act.KEEP, None),
        (Choice(mode=Mode.NONE), at(23, 10), at(26, 0), Act.LEAVE, None),  # the last days
        (Choice(mode=Mode.NONE, quiet_from=7, quiet_until=13), at(23, 10), at(26, 0), Act.WAIT, at(23, 13)),
    ],
)
def test_what_becomes_of_a_mail(
    choice: Choice, now: datetime, leave_by: datetime | None, act: Act, until: datetime | None
) -> None:
    assert decided(choice, promised=now, by=leave_by) == Verdict(act, until)


def test_one_that_missed_the_days_mail_leaves_by_itself() -> None:
    assert decided(EVENING, promised=at(23, 10), now=at(23, 18)).act == Act.LEAVE


def test_an_hour_that_the_window_lost_gives_way_to_its_first_one() -> None:
    assert digest_after(EVENING, Window(opens=9, closes=17), at(23, 10)) == at(24, 9)


def test_the_days_mail_waits_for_a_day_of_the_window() -> None:
    weekdays = Window(weekdays=frozenset(range(5)))

    assert digest_after(EVENING, weekdays, at(20, 19)) == at(23, 18)  # from Friday evening to Monday
    assert digest_after(EVENING, weekdays, at(10, 19)) == at(12, 18)  # the 11th of November is a holiday


@pytest.mark.parametrize(("month", "day"), [(3, 29), (10, 25)])
def test_the_hour_stays_the_same_where_the_clock_changes(month: int, day: int) -> None:
    found = digest_after(EVENING, DAY, at(day - 1, 19, month=month))

    assert found.astimezone(PARIS).replace(tzinfo=None) == datetime(2026, month, day, 18)  # noqa: DTZ001  the wall's


# Any choice, any window, any instant, both changes of the clock among them.

HOURS = st.integers(0, 23)
QUIET = st.one_of(st.just((None, None)), st.tuples(HOURS, HOURS).filter(lambda pair: pair[0] != pair[1]))
CHOICES = st.builds(
    lambda mode, digest_at, quiet: Choice(mode=mode, digest_at=digest_at, quiet_from=quiet[0], quiet_until=quiet[1]),
    st.sampled_from(Mode),
    HOURS,
    QUIET,
)
WINDOWS = st.builds(
    lambda hours, weekdays, zone: Window(
        opens=min(hours), closes=max(hours) + 1, weekdays=frozenset(weekdays), time_zone=zone
    ),
    st.tuples(HOURS, HOURS),
    st.sets(st.integers(0, 6), min_size=1),
    st.sampled_from(["Europe/Paris", "America/Martinique", "Indian/Reunion"]),
)
INSTANTS = st.builds(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes), st.integers(0, 2 * 365 * 24 * 60)
)
LEAVE_BY = st.one_of(st.none(), st.integers(-48, 20 * 24).map(lambda hours: timedelta(hours=hours)))


@given(choice=CHOICES, window=WINDOWS, promised=INSTANTS, by=LEAVE_BY)
def test_nothing_waits_beyond_its_last_use_or_for_an_hour_outside_the_window(
    choice: Choice, window: Window, promised: datetime, by: timedelta | None
) -> None:
    now = windows.next_opening(window, promised)
    leave_by = promised + by if by is not None else None

    told = verdict(choice, window, promised_at=promised, now=now, leave_by=leave_by)

    if told.until:
        assert told.act in {Act.WAIT, Act.GATHER}
        assert told.until > now
        assert windows.is_open(window, told.until)
        assert not (leave_by and now < leave_by <= told.until)
    if told.act is Act.WAIT:
        assert not is_quiet(choice, window, told.until or now)
    if told.act is Act.KEEP:
        assert choice.mode is Mode.NONE
        assert not (leave_by and now < leave_by <= now + LAST_DAYS)


@given(choice=CHOICES, window=WINDOWS, promised=INSTANTS, by=LEAVE_BY)
def test_nothing_is_lost_each_mail_leaves_within_three_looks(
    choice: Choice, window: Window, promised: datetime, by: timedelta | None
) -> None:
    """Or stays on the pages of whoever wants none. What is gathered leaves with the day's mail."""
    now, acts = windows.next_opening(window, promised), list[Act]()
    leave_by = promised + by if by is not None else None
    for _ in range(3):
        told = verdict(choice, window, promised_at=promised, now=now, leave_by=leave_by)
        acts.append(told.act)
        if told.until is None or told.act is Act.GATHER:
            break
        now = told.until

    assert acts[-1] in {Act.LEAVE, Act.GATHER, Act.KEEP}
    assert acts[-1] is not Act.KEEP or choice.mode is Mode.NONE


@given(choice=CHOICES, window=WINDOWS, instant=INSTANTS)
def test_in_quiet_hours_nothing_leaves_unless_they_leave_no_room(
    choice: Choice, window: Window, instant: datetime
) -> None:
    now = windows.next_opening(window, instant)
    free = next_free(choice, window, now)

    assert free >= now
    if is_quiet(choice, window, free):
        hours = range(window.opens, window.closes)
        day = windows.next_opening(window, now).astimezone(ZoneInfo(window.time_zone))
        assert all(is_quiet(choice, window, day.replace(hour=hour, minute=0)) for hour in hours)


def test_nobody_is_quiet_who_asked_for_no_hours() -> None:
    assert is_quiet(Choice(), DAY, at(23, 10)) is False
    assert Choice(mode=Mode.DIGEST).digest_at == 18


def test_the_last_days_are_four() -> None:
    now = at(23, 10)

    assert is_last(now + timedelta(days=4), now=now)
    assert not is_last(now + timedelta(days=4, seconds=1), now=now)
    assert not is_last(now, now=now)
