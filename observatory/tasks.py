"""Celery's door to the observatory. `manage.py tick` comes in here too, with its own `now`."""

from dataclasses import asdict
from datetime import datetime

from celery import shared_task
from django.utils import timezone

from observatory import actions


@shared_task(name="observatory.freeze")
def freeze(*, now: datetime | None = None) -> dict[str, int]:
    return asdict(actions.freeze(today=timezone.localdate(now or timezone.now())))
