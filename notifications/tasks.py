"""Celery's door to the outbox."""

from celery import shared_task
from django.utils import timezone

from notifications import actions


@shared_task(name="notifications.deliver")
def deliver() -> None:
    actions.deliver(now=timezone.now())
