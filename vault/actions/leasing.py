"""Holding a deposit while it is worked on: the lease is short and renewed, so that a dead process is soon known.

Whose work counts is told by `tries`, which each claim raises: whoever lost their lease finds another number there.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import DatabaseError, connections

from accounts import scope
from vault.actions.running import Run
from vault.models import Deposit

LEASE = timedelta(seconds=40)
RENEWED_EVERY = 10.0

log = logging.getLogger(__name__)


@contextmanager
def held(deposit: Deposit, run: Run) -> Iterator[Callable[[], None]]:
    """Renew the lease of a claimed deposit until the block ends, or calls what it is given. Call it outside
    transactions."""
    ended = threading.Event()
    thread = threading.Thread(target=_renew, args=(deposit, run, ended), name="lease", daemon=True)
    thread.start()
    try:
        yield ended.set
    finally:
        ended.set()
        thread.join()


def _renew(deposit: Deposit, run: Run, ended: threading.Event) -> None:
    while not ended.wait(RENEWED_EVERY):
        try:
            with scope.enter(deposit.association_id):
                ours = Deposit.objects.filter(pk=deposit.pk, state=deposit.state, tries=deposit.tries)
                ours.update(lease_until=run.now + LEASE)
        except DatabaseError as error:
            log.warning("the lease of deposit %s is not renewed: %s", deposit.pk, type(error).__name__)
        finally:
            connections.close_all()
