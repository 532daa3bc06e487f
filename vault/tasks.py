"""Celery's doors to the vault."""

from dataclasses import asdict

from celery import shared_task
from django.utils import timezone

from vault import actions


@shared_task(name="vault.analyse")
def analyse() -> int:
    """How many deposits were taken up."""
    return actions.analyse_waiting(at=timezone.now())


@shared_task(name="vault.check")
def check() -> int:
    """How many sealed files are not sound."""
    return len(actions.check_part(today=timezone.localdate(), at=timezone.now()))


@shared_task(name="vault.sweep")
def sweep() -> dict[str, int]:
    return asdict(actions.sweep(at=timezone.now()))
