"""Celery's door to the observatory."""

from celery import shared_task
from django.utils import timezone

from observatory import actions


@shared_task(name="observatory.freeze")
def freeze() -> None:
    actions.freeze(today=timezone.localdate())
