"""Celery's door to sign-in: what has expired is not kept."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from accounts import actions


@shared_task(name="accounts.sweep")
def sweep() -> None:
    """Codes a day after they expired, sessions once they have."""
    actions.sweep_codes(now=timezone.now())
    SessionStore.clear_expired()
