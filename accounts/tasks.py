"""Celery's doors to sign-in and to the audit log. `manage.py tick` comes in here too, with its own `now`."""

from datetime import datetime

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts import actions


@shared_task(name="accounts.sweep")
def sweep(*, now: datetime | None = None) -> dict[str, int]:
    """Codes a day after they expired, sessions once they have, and who came in when after ninety days; how many.

    Django's sessions end by the machine's clock.
    """
    at = now or timezone.now()
    done = {"codes": actions.sweep_codes(now=at), "entries": actions.sweep_sessions(now=at)}
    done["sessions"] = Session.objects.filter(expire_date__lt=timezone.now()).count()
    SessionStore.clear_expired()
    return done


@shared_task(name="accounts.chain")
def chain(*, now: datetime | None = None) -> int:  # noqa: ARG001  asked like every job
    """Give what was recorded since the last run its place in each association's chain."""
    return actions.chain_all()


@shared_task(name="accounts.heads")
def heads(*, now: datetime | None = None) -> int:
    """Write outside where each chain ends today."""
    return actions.write_heads(today=timezone.localdate(now or timezone.now()))
