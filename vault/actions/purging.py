"""Emptying what is erased: rows first, their blobs once that is committed."""

import logging
from collections.abc import Collection
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from vault.box import store
from vault.models import Deposit, SealedFile
from vault.models.deposit import UNDER_WAY

_log = logging.getLogger(__name__)


def still_held(subjects: Collection[UUID]) -> set[UUID]:
    """Those with a deposit on its way, or one whose bytes may still lie in the antechamber: their time comes later."""
    busy = Deposit.objects.filter(Q(state__in=UNDER_WAY) | Q(holds=True), subject__in=subjects)
    return set(busy.order_by().values_list("subject", flat=True))


def purge_files(subjects: Collection[UUID]) -> dict[str, int]:
    """Delete every row about these subjects, in the caller's transaction and scope; how many, by table.

    A blob that a dead process leaves behind, or that could not be removed, is an orphan, which the vault's own sweep
    takes after a day.
    """
    deposits, _ = Deposit.objects.filter(subject__in=subjects).delete()
    files = SealedFile.objects.filter(subject__in=subjects)
    for name in files.order_by("pk").values_list("stored_name", flat=True):
        transaction.on_commit(partial(remove_if_possible, name), robust=True)  # whatever else waits to be done after it
    sealed, _ = files.delete()
    return {"vault.Deposit": deposits, "vault.SealedFile": sealed}


def remove_if_possible(name: str) -> bool:
    """False for a blob that the store does not give up now: it stops nobody else's."""
    try:
        store.remove(name)
    except OSError as error:
        _log.error("a blob without a row is not removed yet: %s", type(error).__name__)
        return False
    return True
