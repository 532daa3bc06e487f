"""Celery's door to the outbox. `manage.py tick` comes in here too, with its own `now`."""

from datetime import datetime

from celery import shared_task
from celery.signals import worker_shutting_down
from django.utils import timezone

from notifications import actions

worker_shutting_down.connect(actions.leave)


@shared_task(name="notifications.deliver")
def deliver(*, now: datetime | None = None) -> dict[str, int]:
    return actions.deliver(now=now or timezone.now(), stops=actions.is_leaving).as_dict()
