"""Celery's door to the outbox."""

import mmap
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down
from django.utils import timezone

from notifications import actions

# One byte that a worker shares with the processes that it forks: they hear nothing of its SIGTERM.
_leaving = mmap.mmap(-1, 1)


@worker_shutting_down.connect
def leave(**_told: Any) -> None:
    """Take up no more mails: the one on its way is finished, so that the deploy kills nothing and doubles nothing."""
    _leaving[0] = 1


def is_leaving() -> bool:
    return bool(_leaving[0])


@shared_task(name="notifications.deliver")
def deliver() -> None:
    actions.deliver(now=timezone.now(), stops=is_leaving)
