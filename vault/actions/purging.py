"""Emptying what is erased: rows first, their blobs once that is committed."""

from collections.abc import Collection
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from vault.box import store
from vault.models import Deposit, SealedFile
from vault.models.deposit import UNDER_WAY


def still_held(subjects: Collection[UUID]) -> set[UUID]:
    """Those with a deposit on its way, or one whose bytes may still lie in the antechamber: their time comes later."""
    busy = Deposit.objects.filter(Q(state__in=UNDER_WAY) | Q(holds=True), subject__in=subjects)
    return set(busy.order_by().values_list("subject", flat=True))


def purge_files(subjects: Collection[UUID]) -> dict[str, int]:
    """Delete every row about these subjects, in the caller's transaction and scope; how many, by table.

    A blob that a dead process leaves behind is an orphan, which the vault's own sweep takes after a day.
    """
    deposits, _ = Deposit.objects.filter(subject__in=subjects).delete()
    files = SealedFile.objects.filter(subject__in=subjects)
    for name in files.order_by("pk").values_list("stored_name", flat=True):
        transaction.on_commit(partial(store.remove, name))
    sealed, _ = files.delete()
    return {"vault.Deposit": deposits, "vault.SealedFile": sealed}
