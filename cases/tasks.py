"""Celery's doors: they decide nothing."""

from celery import shared_task
from django.utils import timezone

from cases import actions


@shared_task(name="cases.sweep")
def sweep() -> dict[str, int]:
    done = actions.sweep(today=timezone.localdate(), at=timezone.now())
    return {"flagged": done.flagged, "notices": done.notices, "set_aside": done.set_aside}
