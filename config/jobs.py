"""Every job of the platform and how often: one table for Celery's beat and for `manage.py tick`.

Rows are the queue: a job only drains what is due or waiting, so that a run more or less changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

# Whoever ticks every minute is never quite punctual: what is due within the next one is due. What is shorter always is.
SLACK = timedelta(minutes=1)
AGAIN_AFTER = timedelta(minutes=10)
LATE_AFTER = timedelta(hours=1)
# Two tickers' instants differ by the time that they work. What lies further ahead was written by a wrong clock.
AHEAD = timedelta(minutes=10)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Every:
    """A pause in seconds between two beginnings."""

    seconds: int

    @property
    def expires(self) -> int:
        """A message that nobody took before the next one is dropped: the next one drains the same rows."""
        return self.seconds

    def is_due(self, now: datetime, *, tried_at: datetime | None, done_at: datetime | None, zone: ZoneInfo) -> bool:
        """By its last try."""
        pause = timedelta(seconds=self.seconds)
        if tried_at is None or pause <= SLACK:
            return True
        return tried_at > now + AHEAD or now - tried_at >= pause - SLACK


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day, from a time of the instance's clock on, outside the hour that daylight saving repeats or leaves out.

    However many days were missed, it is one run.
    """

    at: time
    expires: int = 6 * 3600

    def is_due(self, now: datetime, *, tried_at: datetime | None, done_at: datetime | None, zone: ZoneInfo) -> bool:
        """Not done since its time last came; one that failed is tried again after ten minutes."""
        came = self._came(now, zone)
        is_done = done_at is not None and came <= done_at <= now + AHEAD
        waits = tried_at is not None and -AHEAD <= now - tried_at < AGAIN_AFTER and done_at != tried_at
        return not is_done and not waits

    def is_missed(self, now: datetime, *, tried_at: datetime | None, done_at: datetime | None, zone: ZoneInfo) -> bool:
        """Not done an hour after its time: beat was away then, or nobody took its message before it expired."""
        came = self._came(now, zone)
        is_tried = tried_at is not None and max(came, now - timedelta(seconds=self.expires)) <= tried_at <= now + AHEAD
        is_late = now - came >= LATE_AFTER
        return is_late and not is_tried and self.is_due(now, tried_at=tried_at, done_at=done_at, zone=zone)

    def comes_next(self, now: datetime, zone: ZoneInfo) -> datetime:
        return self._came(now, zone) + _DAY

    def _came(self, now: datetime, zone: ZoneInfo) -> datetime:
        today = datetime.combine(now.astimezone(zone).date(), self.at, zone)
        return today if today <= now else today - _DAY


# Sorted by name.
JOBS: dict[str, Every | Daily] = {
    "accounts.chain": Every(600),
    "accounts.heads": Daily(time(4, 10)),
    "accounts.sweep": Daily(time(4, 5)),
    "cases.purge": Daily(time(4, 30)),
    "cases.root": Daily(time(4, 40)),
    "cases.seal": Every(10),
    "cases.stamp": Every(1800),
    "cases.sweep": Every(600),
    "notifications.deliver": Every(60),
    "observatory.freeze": Daily(time(4, 20)),
    "vault.analyse": Every(10),
    "vault.check": Daily(time(4, 50)),
    "vault.sweep": Every(300),
}

# Documents have workers of their own: a hostile one never keeps the tick, the notices or a sweep waiting.
DOCUMENTS = "documents"
ROUTES = {"cases.seal": {"queue": DOCUMENTS}, "vault.analyse": {"queue": DOCUMENTS}}


def in_order() -> list[str]:
    """By name: what is flagged or rooted is told of by the same tick. What opens documents comes last."""
    return sorted(JOBS, key=lambda key: (key in ROUTES, key))
