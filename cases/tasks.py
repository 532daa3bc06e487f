"""Celery's doors: they decide nothing."""

from dataclasses import asdict
from typing import Any

from celery import shared_task
from django.utils import timezone

from cases import actions


@shared_task(name="cases.sweep")
def sweep() -> dict[str, int]:
    return asdict(actions.sweep(today=timezone.localdate(), at=timezone.now()))


@shared_task(name="cases.purge")
def purge() -> dict[str, Any]:
    """The rows of what is erased, as the purge role: rows by table and cause."""
    return actions.purge(today=timezone.localdate(), at=timezone.now()).told()


@shared_task(name="cases.root")
def root() -> dict[str, int]:
    """The day's root over the evidence of each association."""
    return asdict(actions.root_all(today=timezone.localdate(), at=timezone.now()))


@shared_task(name="cases.stamp")
def stamp() -> dict[str, int]:
    """Have the roots dated that no authority has dated yet."""
    return asdict(actions.stamp_all())


@shared_task(name="cases.seal")
def seal() -> int:
    """How many confirmed deposits were sealed."""
    return actions.seal_confirmed(today=timezone.localdate(), at=timezone.now())
