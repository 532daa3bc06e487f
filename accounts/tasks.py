"""Celery's door to sign-in: what has expired is not kept."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from accounts import actions


@shared_task(name="accounts.sweep")
def sweep() -> None:
    """Codes a day after they expired, sessions once they have, and who came in when after ninety days."""
    now = timezone.now()
    actions.sweep_codes(now=now)
    actions.sweep_sessions(now=now)
    SessionStore.clear_expired()


@shared_task(name="accounts.chain")
def chain() -> int:
    """Give what was recorded since the last run its place in each association's chain."""
    return actions.chain_all()


@shared_task(name="accounts.heads")
def heads() -> int:
    """Write outside where each chain ends today."""
    return actions.write_heads(today=timezone.localdate())
