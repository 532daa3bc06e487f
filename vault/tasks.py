"""Celery's door to the vault."""

from celery import shared_task
from django.utils import timezone

from vault import actions


@shared_task(name="vault.sweep")
def sweep() -> int:
    """How many blobs without a row were removed."""
    return actions.sweep_orphans(now=timezone.now())
