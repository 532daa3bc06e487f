"""Waking a worker: a message that may be lost, since the rows are the queue and the beat drains them anyway."""

import logging
import time
from typing import ClassVar

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

EXPIRES = 60
AWAY_FOR = 5.0  # seconds without asking again: each question to a broker that hangs holds a request

log = logging.getLogger(__name__)


class Broker:
    """Whether it answered lately; of all threads."""

    away_until: ClassVar[float] = 0.0


def poke_on_commit(task: str) -> None:
    """Ask for the task once the rows that it drains are there."""
    transaction.on_commit(lambda: poke(task))


def poke(task: str) -> None:
    if time.monotonic() < Broker.away_until:
        return
    try:
        current_app.send_task(task, expires=EXPIRES, retry=False)
    except (OperationalError, OSError) as error:
        Broker.away_until = time.monotonic() + AWAY_FOR
        log.warning("the broker does not answer: %s; the beat will drain what waits", type(error).__name__)


_when_confirmed: list[str] = []


def wake_when_confirmed(task: str) -> None:
    """Register, at start-up, the task that seals what was confirmed: it belongs to a floor above."""
    if task not in _when_confirmed:
        _when_confirmed.append(task)


def poke_confirmed() -> None:
    for task in _when_confirmed:
        poke_on_commit(task)
