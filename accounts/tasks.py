"""Celery's door to sign-in: what has expired is not kept."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts import actions


@shared_task(name="accounts.sweep")
def sweep() -> dict[str, int]:
    """Codes a day after they expired, sessions once they have, and who came in when after ninety days; how many."""
    now = timezone.now()
    done = {"codes": actions.sweep_codes(now=now), "entries": actions.sweep_sessions(now=now)}
    done["sessions"] = Session.objects.filter(expire_date__lt=now).count()
    SessionStore.clear_expired()
    return done


@shared_task(name="accounts.chain")
def chain() -> int:
    """Give what was recorded since the last run its place in each association's chain."""
    return actions.chain_all()


@shared_task(name="accounts.heads")
def heads() -> int:
    """Write outside where each chain ends today."""
    return actions.write_heads(today=timezone.localdate())
