"""When a job is due: plain values in, yes or no out."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.jobs import JOBS, ROUTES, Daily, Every, in_order

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
AT_FOUR = Daily(time(4, 10))


def every(seconds: int, *, tried: datetime | None) -> bool:
    return Every(seconds).is_due(NOW, tried_at=tried, done_at=tried, zone=PARIS)


def daily(*, tried: datetime | None, done: datetime | None, now: datetime = NOW) -> bool:
    return AT_FOUR.is_due(now, tried_at=tried, done_at=done, zone=PARIS)


@pytest.mark.parametrize(
    ("seconds", "minutes_ago", "due"),
    [
        (600, 8.5, False),
        (600, 9.5, True),  # the tick of the next minute would be late
        (60, 0, True),  # what runs every minute is never refused to whoever ticks
        (10, 0, True),
        (600, -120, True),  # the clock was set back: what lies ahead holds nobody up
    ],
)
def test_a_job_with_a_pause_is_due_once_it_is_over(seconds: int, minutes_ago: float, due: bool) -> None:
    assert every(seconds, tried=NOW - timedelta(minutes=minutes_ago)) is due


@pytest.mark.parametrize(
    ("hour", "tried", "done", "missed"),
    [
        (5, None, None, False),  # 04:10 was fifty minutes ago: whoever does it may be at it
        (6, None, None, True),
        (6, None, 4.5, False),
        (6, 5.5, None, False),  # it was sent again half an hour ago
        (12, 5.5, None, True),  # and its message has expired
        (6, -20, -20, True),  # yesterday's counts for yesterday
    ],
)
def test_a_daily_job_is_missed_an_hour_after_its_time(
    hour: float, tried: float | None, done: float | None, missed: bool
) -> None:
    midnight = datetime(2026, 11, 23, tzinfo=PARIS)

    def at(hours: float | None) -> datetime | None:
        return None if hours is None else midnight + timedelta(hours=hours)

    now = midnight + timedelta(hours=hour)
    assert AT_FOUR.is_missed(now, tried_at=at(tried or done), done_at=at(done), zone=PARIS) is missed


def test_what_was_never_tried_is_due() -> None:
    assert every(600, tried=None)
    assert daily(tried=None, done=None)


def test_a_daily_job_is_due_once_from_its_time_on() -> None:
    before, after = datetime(2026, 11, 23, 4, 9, tzinfo=PARIS), datetime(2026, 11, 23, 4, 10, tzinfo=PARIS)
    yesterday = datetime(2026, 11, 22, 4, 10, tzinfo=PARIS)

    assert not daily(tried=yesterday, done=yesterday, now=before)
    assert daily(tried=yesterday, done=yesterday, now=after)
    assert not daily(tried=after, done=after, now=after + timedelta(hours=23, minutes=59))
    assert daily(tried=after, done=after, now=after + timedelta(hours=24))


def test_a_daily_job_that_failed_is_tried_again_after_ten_minutes() -> None:
    yesterday = NOW - timedelta(days=1)

    assert not daily(tried=NOW - timedelta(minutes=9), done=yesterday)
    assert daily(tried=NOW - timedelta(minutes=10), done=yesterday)


def test_a_daily_job_that_a_fast_clock_ran_ahead_of_time_is_due() -> None:
    ahead = NOW + timedelta(days=400)

    assert daily(tried=ahead, done=ahead)


@given(
    start=st.integers(0, 700 * 24 * 60),
    pauses=st.lists(st.integers(1, 2000), min_size=1, max_size=60),
    job=st.sampled_from([often for often in JOBS.values() if isinstance(often, Daily)]),
)
def test_however_cron_ticks_a_daily_job_runs_once_between_two_of_its_times(
    start: int, pauses: list[int], job: Daily
) -> None:
    """Minutes; both changes of the clock lie in these years, and pauses of up to a day and a half."""
    now, last, days = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=start), None, list[date]()
    for pause in pauses:
        now += timedelta(minutes=pause)
        if job.is_due(now, tried_at=last, done_at=last, zone=PARIS):
            last = now
            days.append(_day_of(job, now))

    assert len(days) == len(set(days))
    assert days[-1] == _day_of(job, now)


def _day_of(job: Daily, instant: datetime) -> date:
    """Days from one of its times to the next, by what the clock on the wall says."""
    wall = instant.astimezone(PARIS).replace(tzinfo=None)
    return (wall - timedelta(hours=job.at.hour, minutes=job.at.minute)).date()


def test_documents_come_last_and_the_flags_before_the_mails() -> None:
    order = in_order()

    assert set(order) == set(JOBS)
    assert set(order[-len(ROUTES) :]) == set(ROUTES)
    assert order.index("cases.sweep") < order.index("notifications.deliver")
    assert order.index("accounts.chain") < order.index("accounts.heads")
