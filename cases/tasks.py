"""Celery's doors: they decide nothing. `manage.py tick` comes in here too, with its own `now`."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from celery import shared_task
from django.utils import timezone

from cases import actions


@shared_task(name="cases.sweep")
def sweep(*, now: datetime | None = None) -> dict[str, int]:
    at = now or timezone.now()
    return asdict(actions.sweep(today=timezone.localdate(at), at=at))


@shared_task(name="cases.purge")
def purge(*, now: datetime | None = None) -> dict[str, Any]:
    """The rows of what is erased, as the purge role: rows by table and cause."""
    at = now or timezone.now()
    return actions.purge(today=timezone.localdate(at), at=at).told()


@shared_task(name="cases.root")
def root(*, now: datetime | None = None) -> dict[str, int]:
    """The day's root over the evidence of each association."""
    at = now or timezone.now()
    return asdict(actions.root_all(today=timezone.localdate(at), at=at))


@shared_task(name="cases.stamp")
def stamp(*, now: datetime | None = None) -> dict[str, int]:  # noqa: ARG001  asked like every job
    """Have the roots dated that no authority has dated yet. The authority's clock counts, not `now`."""
    return asdict(actions.stamp_all())


@shared_task(name="cases.seal")
def seal(*, now: datetime | None = None) -> int:
    """How many confirmed deposits were sealed."""
    at = now or timezone.now()
    return actions.seal_confirmed(today=timezone.localdate(at), at=at)
