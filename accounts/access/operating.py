"""What operators ask of every association at once: counts, instants, and whether the keys still open. Never a row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Min

from accounts import scope
from accounts.access.keys import root_keys
from accounts.fields import opens
from accounts.models import Association, AuditEntry, DataKey, JobRun


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many wait, and since when the oldest does; None when none does."""

    count: int = 0
    oldest: datetime | None = None

    def __add__(self, other: "Backlog") -> "Backlog":
        return Backlog(self.count + other.count, min(filter(None, (self.oldest, other.oldest)), default=None))


def ask_database(statement: str, given: list[Any] | None = None) -> list[tuple[Any, ...]]:
    """The rows of one of the database's functions (PostgreSQL)."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given or [])
        return list(cursor.fetchall())


def unchained_entries() -> Backlog:
    """Door: lines of the audit logs without their place in the chain, of associations that left too."""
    if connection.vendor == "postgresql":
        return Backlog(*ask_database("SELECT entries, oldest FROM accounts_unchained()")[0])
    every = Association.objects.order_by("pk").values_list("pk", flat=True)
    return sum((_unchained_entries(pk) for pk in every), Backlog())


def _unchained_entries(association_id: int) -> Backlog:
    with scope.enter(association_id):
        found = AuditEntry.objects.all().unchained().order_by().aggregate(Count("pk"), Min("at"))
    return Backlog(found["pk__count"], found["at__min"])


def jobs_done() -> dict[str, datetime]:
    """When each job of the platform was last done; without those that never were. One query."""
    return {run.pk: run.done_at for run in JobRun.objects.order_by("pk") if run.done_at}


def closed_keks() -> list[str]:
    """Door: the ids of master keys with which this process does not open a root key that they sealed.

    Two queries for each master key in use, however many associations there are; at start every root key is tried.
    """
    return sorted({row.kek_id for row in _root_of_each_kek() if not opens(row)})


def _root_of_each_kek() -> list[DataKey]:
    if connection.vendor != "postgresql":
        return list(root_keys())
    ids = ask_database("SELECT association_id, subject FROM accounts_root_of_each_kek()")
    return [_root(association_id, pk) for association_id, pk in ids]


def _root(association_id: int | None, pk: UUID) -> DataKey:
    if association_id is None:
        return DataKey.objects.get(pk=pk)
    with scope.enter(association_id):
        return DataKey.objects.get(pk=pk)
