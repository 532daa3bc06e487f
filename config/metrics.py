"""What waits and since when, in Prometheus' text format. Sums of the whole instance: no association is told apart.

Everything is counted from rows and files when it is asked for: there is nothing to gather from the web's processes.
"""

import json
import math
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from accounts.access import Backlog, jobs_done, unchained_entries
from cases.access import count_overdue, unchained_events
from config.celery import TOLD_FROM
from config.jobs import JOBS, Daily
from notifications.access import outbox
from vault.access import deposits_under_way

__all__ = ["CONTENT_TYPE", "exposition"]
LAST_BACKUP = "last-backup.json"
# Of what runs every few seconds nothing is kept.
_TOLD = [job for job, often in JOBS.items() if isinstance(often, Daily) or often.seconds >= TOLD_FROM]


def exposition() -> bytes:
    """About ten queries. A database that is away leaves `opposable_database_up 0` and what files tell."""
    registry = CollectorRegistry()
    registry.register(Measures(now=timezone.now()))
    return generate_latest(registry)


class Measures(Collector):
    """Each gauge of the instance at one instant."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now

    def describe(self) -> list[Metric]:
        """Registering asks nothing."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._from_files()
        try:
            counted = list(self._from_rows())
        except DatabaseError:
            counted = []
        yield gauge("database_up", "Whether the database answers.", float(bool(counted)))
        yield from counted

    def _from_files(self) -> Iterator[Metric]:
        told = "Seconds since the last backup; NaN where none was written down."
        yield gauge("backup_age_seconds", told, self.age(backup_at(backup_note())))
        told = "Bytes free where the platform keeps its files."
        yield gauge("disk_free_bytes", told, free_bytes(Path(settings.VAR_DIR)))

    def _from_rows(self) -> Iterator[Metric]:
        yield from self._of_notices()
        told = "Deadlines that passed and that no sweep has flagged yet."
        yield gauge("deadlines_unflagged", told, count_overdue(timezone.localdate(self.now)))
        yield from self._of_chains(audit=unchained_entries(), evidence=unchained_events())
        yield from self._of_deposits()
        yield from self._of_jobs()

    def _of_notices(self) -> Iterator[Metric]:
        found = outbox(now=self.now)
        told = "Seconds that the oldest notice is due which may leave now; 0 when none is."
        yield gauge("notices_oldest_due_seconds", told, self.age(found.oldest_due, nothing=0))
        family = GaugeMetricFamily("opposable_notices", "Notices that are not settled, by state.", labels=["state"])
        for state, count in found.states.items():
            family.add_metric([state.value], count)
        yield family

    def _of_chains(self, **chains: Backlog) -> Iterator[Metric]:
        waiting = GaugeMetricFamily("opposable_unchained", "Lines without their place in a chain.", labels=["chain"])
        told = "Seconds that the oldest of them waits; 0 when none does."
        oldest = GaugeMetricFamily("opposable_unchained_oldest_seconds", told, labels=["chain"])
        for name, backlog in chains.items():
            waiting.add_metric([name], backlog.count)
            oldest.add_metric([name], self.age(backlog.oldest, nothing=0))
        yield from (waiting, oldest)

    def _of_deposits(self) -> Iterator[Metric]:
        waiting = GaugeMetricFamily("opposable_deposits", "Deposits under way, by state.", labels=["state"])
        told = "Seconds that the oldest of them is there; 0 when none is."
        oldest = GaugeMetricFamily("opposable_deposits_oldest_seconds", told, labels=["state"])
        for state, backlog in deposits_under_way().items():
            waiting.add_metric([state.lower()], backlog.count)
            oldest.add_metric([state.lower()], self.age(backlog.oldest, nothing=0))
        yield from (waiting, oldest)

    def _of_jobs(self) -> Iterator[Metric]:
        told, done = "Seconds since a job was last done; NaN where it never was.", jobs_done()
        family = GaugeMetricFamily("opposable_job_done_seconds", told, labels=["job"])
        for job in _TOLD:
            family.add_metric([job], self.age(done.get(job)))
        yield family

    def age(self, then: datetime | None, *, nothing: float = math.nan) -> float:
        return nothing if then is None else (self.now - then).total_seconds()


def gauge(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"opposable_{name}", told, value=value)


def backup_note() -> Path:
    """Where the last backup is written down: `BACKUP_STATE_FILE` where that is set, else in VAR_DIR."""
    return Path(getattr(settings, "BACKUP_STATE_FILE", "") or Path(settings.VAR_DIR) / LAST_BACKUP)


def backup_at(note: Path) -> datetime | None:
    """The instant in the note, "at" or "made_at" ("2026-11-30T04:00:00+00:00"); None without one that can be read."""
    try:
        told = json.loads(note.read_text(encoding="utf-8"))
        at = datetime.fromisoformat(told["at"] if "at" in told else told["made_at"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return at if at.tzinfo else None


def free_bytes(folder: Path) -> float:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return math.nan
