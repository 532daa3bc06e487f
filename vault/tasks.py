"""Celery's doors to the vault. `manage.py tick` comes in here too, with its own `now`."""

from dataclasses import asdict
from datetime import datetime

from celery import shared_task
from django.utils import timezone

from accounts.access.jobs import last_done
from vault import actions


@shared_task(name="vault.analyse")
def analyse(*, now: datetime | None = None) -> int:
    """How many deposits were taken up."""
    return actions.analyse_waiting(at=now or timezone.now())


@shared_task(name="vault.check")
def check(*, now: datetime | None = None) -> int:
    """How many sealed files are not sound, of those whose turn came since the last check."""
    at = now or timezone.now()
    before = last_done("vault.check")
    since = timezone.localdate(before) if before else None
    return len(actions.check_part(today=timezone.localdate(at), at=at, since=since))


@shared_task(name="vault.sweep")
def sweep(*, now: datetime | None = None) -> dict[str, int]:
    return asdict(actions.sweep(at=now or timezone.now()))
