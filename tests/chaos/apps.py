"""What the real processes run with beside their own: a kind of notice about nothing, and minutes that last a second."""

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from celery.schedules import schedule
from django.apps import AppConfig

KIND = "chaos"
# In seconds, as tests/chaos/ground.py says: a batch takes a third of it, so that an outage fits too.
LEASE = timedelta(seconds=float(os.environ.get("CHAOS_LEASE", "18")))
SHORT = {"LEASE": LEASE, "BATCH_TIME": LEASE / 3, "RUN_TIME": LEASE / 2}
FEW = {"CHUNK": 20}  # so that a sweep of few has as many steps as one of many
SHORT_PAUSES = {"OUTAGE_PAUSE": timedelta(seconds=1), "_UNIT": timedelta(seconds=0.5)}
BEATS = {"notifications.deliver": 1.0, "cases.sweep": 3.0}


class ChaosConfig(AppConfig):
    name = "tests.chaos"
    label = "chaos"

    def ready(self) -> None:
        # Everything is loaded only now.
        from cases.actions import sweeping
        from config import celery
        from notifications import actions
        from notifications.rules import backoff

        shorten(actions, SHORT)
        shorten(sweeping, FEW)
        shorten(backoff, SHORT_PAUSES)
        celery.app.conf.beat_schedule = {task: beat(task, seconds) for task, seconds in BEATS.items()}
        register()


def beat(task: str, seconds: float) -> dict[str, Any]:
    return {"task": task, "schedule": schedule(seconds), "options": {"expires": seconds}}


def shorten(module: Any, times: Mapping[str, object]) -> None:
    """Raises AttributeError when the product has no such name any more."""
    for name, time in times.items():
        getattr(module, name)
        setattr(module, name, time)


def register() -> None:
    from notifications.registry import NoticeKind, Recipient, register

    register(
        NoticeKind(
            key=KIND,
            templates="notifications/mail/sign_in_code",
            still_holds=lambda notice: True,
            context=lambda notice: {"code": f"N{notice.subject_ids['person']}"},
            recipient=lambda notice: Recipient(address(notice.subject_ids["person"])),
        )
    )


def address(person: int | str) -> str:
    return f"p{person}@chaos.invalid"
