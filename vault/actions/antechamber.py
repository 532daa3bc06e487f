"""What every step of a deposit shares: reading and writing its blobs, and ending it. Called inside a scope."""

import contextlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import crypto, scope
from vault.box import antechamber, keys
from vault.models import Deposit, DepositState
from vault.rules.refusals import Code

LASTS = timedelta(minutes=30)
# What came by mail waits for somebody who was not there when it came: over a week-end.
MAIL_LASTS = timedelta(days=3)


def lasts(deposit: Deposit) -> timedelta:
    """How long it waits for the machine, and then for a person."""
    return MAIL_LASTS if deposit.by_mail else LASTS


def make_key(deposit: Deposit) -> bytes:
    """A fresh key, in its store, for a deposit that no row holds yet. Raises keys.KeysAway."""
    key = crypto.new_key()
    deposit.wrapped = keys.store().put(deposit.file_id, key, lasts=lasts(deposit))
    return key


def key_of(deposit: Deposit) -> bytes:
    """Raises keys.KeyGone and keys.KeysAway."""
    return keys.store().fetch(deposit.file_id, kept=bytes(deposit.wrapped))


def put(deposit: Deposit, name: str, plain: bytes, *, key: bytes) -> None:
    """Raises Refused(Code.NO_ROOM)."""
    antechamber.write(deposit.folder, name, plain, key=key, place=deposit.place(name))


def get(deposit: Deposit, name: str, *, key: bytes) -> bytes:
    """Raises keys.KeyGone."""
    return antechamber.read(deposit.folder, name, key=key, place=deposit.place(name))


def end(deposit: Deposit, *, state: DepositState, at: datetime, code: Code | None = None, **where: Any) -> bool:
    """Leave the way to the seal, by one conditional UPDATE; on commit the key goes, then the blobs.

    From then on `expires_at` says when it ended. `where` narrows what is ended (the lease that the caller holds, say).
    False when somebody was faster.
    """
    rows = Deposit.objects.all().under_way().filter(pk=deposit.pk, **where)
    won = rows.update(state=state, code=code or "", expires_at=at, **NOTHING_LEFT)
    if won:
        shred_on_commit(deposit)
    return bool(won)


NOTHING_LEFT: dict[str, Any] = {
    "wrapped": b"", "pieces": [], "found": [], "own": [], "shown": [], "lease_until": None,
}  # fmt: skip


def shred_on_commit(deposit: Deposit) -> None:
    association_id, pk, file_id, folder = deposit.association_id, deposit.pk, deposit.file_id, deposit.folder
    transaction.on_commit(lambda: shred(association_id, pk, file_id=file_id, folder=folder), robust=True)


def shred(association_id: int, pk: int, *, file_id: UUID, folder: str) -> None:
    """The key first, then the blobs, then the note that nothing is left: dying in between leaves noise, and the sweep
    comes back to it. Raises keys.KeysAway."""
    keys.store().destroy(file_id)
    antechamber.empty(folder)
    with scope.enter(association_id):
        Deposit.objects.filter(pk=pk).update(holds=False)


def forget_unkept(deposit: Deposit) -> None:
    """Of a deposit whose row never came to be: its key (which ends by itself too), and what was written of it."""
    with contextlib.suppress(keys.KeysAway):
        keys.store().destroy(deposit.file_id)
    antechamber.empty(deposit.folder)
