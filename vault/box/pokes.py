"""Waking a worker: a message that may be lost, since the rows are the queue and the beat drains them anyway.

A request waits for it no longer than BUDGET, whatever the broker does: another thread sends it.
"""

import logging
import threading
import time
from concurrent.futures import Future
from typing import ClassVar

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

BUDGET = 0.5  # seconds
EXPIRES = 60
AWAY_FOR = 5.0  # seconds without asking again: each question to a broker that hangs holds a request

log = logging.getLogger(__name__)


class Broker:
    """Whether it answered lately, and the poke that still waits for it; of all threads."""

    away_until: ClassVar[float] = 0.0
    waiting: ClassVar["Future[object] | None"] = None


def poke_on_commit(task: str) -> None:
    """Ask for the task once the rows that it drains are there."""
    transaction.on_commit(lambda: poke(task))


def poke(task: str) -> None:
    if time.monotonic() < Broker.away_until or (Broker.waiting and not Broker.waiting.done()):
        return
    sending: Future[object] = Future()
    threading.Thread(target=_send, args=(task, sending), name="poke", daemon=True).start()
    try:
        sending.result(timeout=BUDGET)
    except (OperationalError, OSError) as error:  # TimeoutError is one
        Broker.away_until = time.monotonic() + AWAY_FOR
        Broker.waiting = sending
        log.warning("the broker does not answer: %s; the beat will drain what waits", type(error).__name__)


def _send(task: str, sending: "Future[object]") -> None:
    """In a thread that keeps no process from ending: what hangs there is a poke that is lost."""
    try:
        sending.set_result(current_app.send_task(task, expires=EXPIRES, retry=False))
    except Exception as error:  # noqa: BLE001  whoever waits is told; nobody reads what a thread raises
        sending.set_exception(error)


_when_confirmed: list[str] = []


def wake_when_confirmed(task: str) -> None:
    """Register, at start-up, the task that seals what was confirmed: it belongs to a floor above."""
    if task not in _when_confirmed:
        _when_confirmed.append(task)


def poke_confirmed() -> None:
    for task in _when_confirmed:
        poke_on_commit(task)
