"""One tick: every job that is due, each under a lock of its own. Any number of tickers may run at once.

The lock saves work, and every job is safe without it. It goes with the process that holds it, however that ends: on
PostgreSQL an advisory lock of a transaction on a second connection, on SQLite (one machine) a locked file.
"""

import fcntl
import logging
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts import actions
from accounts.access import jobs as runs
from config.jobs import JOBS, in_order

Result = dict[str, int] | int
Work = Callable[[datetime], Result]
# The first half of the lock's number, so that no other program of this database means the same one.
_OURS = zlib.crc32(b"opposable.jobs") - 2**31
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Tick:
    """`failed`: the kind of error, by job; `busy`: another ticker is at it; `resting`: not due."""

    done: dict[str, Result] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    busy: list[str] = field(default_factory=list)
    resting: list[str] = field(default_factory=list)

    @property
    def set_aside(self) -> dict[str, int]:
        """How many rows failed alone, by job."""
        counts = {key: result.get("set_aside", 0) for key, result in self.done.items() if isinstance(result, dict)}
        return {key: count for key, count in counts.items() if count}

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def tick(*, now: datetime, stops: Callable[[], bool] = lambda: False) -> Tick:
    """Do what is due. Call it outside transactions. The time that passes meanwhile is added to `now`.

    `stops` is asked between two jobs: what is not taken up then is due at the next tick.
    """
    done, zero = Tick(), time.monotonic()
    for key in in_order():
        if stops():
            break
        _take_up(done, key, now=now + timedelta(seconds=time.monotonic() - zero), work=_work_of(key))
    return done


def _work_of(key: str) -> Work:
    current_app.loader.import_default_modules()
    task = current_app.tasks[key]
    return lambda now: task(now=now)


def _take_up(done: Tick, key: str, *, now: datetime, work: Work) -> None:
    """One job. Whatever goes wrong with it is told and stops no other."""
    try:
        with _lock(key) as is_ours:
            if not is_ours:
                done.busy.append(key)
                return
            _run(done, key, now=now, work=work)
    except Exception as error:  # noqa: BLE001  the next tick tries it again
        _log.error("job %s failed: %s", key, type(error).__name__)
        done.failed[key] = type(error).__name__
        connection.close_if_unusable_or_obsolete()


def _run(done: Tick, key: str, *, now: datetime, work: Work) -> None:
    """Whether it is due is asked under the lock: a ticker that waited for none sees what the one before it did."""
    last = runs.last_run(key)
    zone = timezone.get_default_timezone()
    if not JOBS[key].is_due(now, tried_at=last.tried_at, done_at=last.done_at, zone=zone):
        done.resting.append(key)
        return
    actions.note_try(key, at=now)
    done.done[key] = work(now)
    actions.note_done(key, at=now)


@contextmanager
def _lock(key: str) -> Iterator[bool]:
    """Whether the job is ours. Held until the block ends or the process does."""
    held = _held_in_database if connection.vendor == "postgresql" else _held_in_file
    with held(key) as is_ours:
        yield is_ours


@contextmanager
def _held_in_database(key: str) -> Iterator[bool]:
    with closing(connection.copy()) as second:
        second.set_autocommit(False)
        with second.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_OURS, zlib.crc32(key.encode()) - 2**31])
            [is_ours] = cursor.fetchone()
        yield bool(is_ours)
        second.rollback()


@contextmanager
def _held_in_file(key: str) -> Iterator[bool]:
    folder = settings.VAR_DIR / "jobs"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / f"{key}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
