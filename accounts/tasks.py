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
