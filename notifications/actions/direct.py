"""Mails past the outbox: codes and invitations, whose words must stand in no table."""

import functools
import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections

from accounts.fields import forget_keys
from notifications import smtp
from notifications.rules.kinds import Recipient
from notifications.smtp import Courier, Lost, Undelivered

WAITING_MAILS = 50

log = logging.getLogger(__name__)


def send_now(recipient: Recipient, *, templates: str, context: Mapping[str, Any]) -> bool:
    """Send a code or an invitation at once, past the outbox: its words must stand in no table. False when it failed."""
    return _carry(Letter(recipient, templates, context)) is None


@dataclass(frozen=True, slots=True)
class Letter:
    """What `send_now` is given. Lives in memory only."""

    recipient: Recipient
    templates: str
    context: Mapping[str, Any]


def _carry(letter: Letter) -> Undelivered | ValueError | None:
    """Why it did not leave, which the log has too."""
    try:
        built = smtp.written(
            letter.recipient, templates=letter.templates, context=letter.context, message_id=smtp.new_message_id()
        )
        with Courier() as courier:
            courier.carry(built)
    except (Undelivered, ValueError) as refusal:
        log.warning("mail not sent: %s", refusal.code if isinstance(refusal, Undelivered) else type(refusal).__name__)
        return refusal
    return None


def send_soon(write: Callable[[], Letter], *, unsent: Callable[[], object]) -> bool:
    """Send a mail beside the request, whose time then tells nothing of it; False when too many wait already.

    `write` runs in a thread of this process too. Those that wait are sent before the process ends; they are lost only
    if it is killed, as any answer on its way is. Nothing of them leaves the memory. `unsent` is called, there too, for
    one that the server surely did not take; what it reads and writes was committed before.
    """
    if not settings.MAIL_THREADS:
        _write_and_send(write, unsent)
        return True
    if not _places.acquire(blocking=False):
        log.warning("mail not sent: too many wait")
        return False
    _threads().submit(_send_beside, write, unsent)
    return True


_places = threading.BoundedSemaphore(WAITING_MAILS)


@functools.cache
def _threads() -> ThreadPoolExecutor:
    """Made at the first mail, after the web server has forked. Python waits for its work at the end of the process."""
    return ThreadPoolExecutor(settings.MAIL_THREADS, thread_name_prefix="mail")


def _send_beside(write: Callable[[], Letter], unsent: Callable[[], object]) -> None:
    try:
        _write_and_send(write, unsent)
    except Exception as error:  # noqa: BLE001  nobody reads what a thread raises
        log.warning("mail not sent: %s", type(error).__name__)
    finally:
        forget_keys()
        connections.close_all()
        _places.release()


def _write_and_send(write: Callable[[], Letter], unsent: Callable[[], object]) -> None:
    try:
        refusal = _carry(write())
    except Exception:
        unsent()
        raise
    if refusal and not isinstance(refusal, Lost):
        unsent()
