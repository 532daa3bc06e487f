"""Keeping what was confirmed: rebuilt from its pixels, encrypted under the case's key, then written into the books.

The floor above asks for the next one, rebuilds it outside transactions, and keeps it inside the transaction that
refers to it.
"""

import errno
import hashlib
import io
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from accounts import crypto, scope
from accounts.fields import root_key
from vault.actions.antechamber import NOTHING_LEFT, end, get, key_of, shred_on_commit
from vault.actions.leasing import LEASE
from vault.box import store
from vault.box.antechamber import ANALYSIS
from vault.models import Deposit, DepositState, SealedFile
from vault.models.deposit import MAX_SEAL_TRIES
from vault.redaction import pipeline
from vault.redaction.pipeline import Analysis, Rebuilt
from vault.rules import stream
from vault.rules.refusals import Code, Refused
from vault.rules.zones import Zone

AGAIN_AFTER = timedelta(seconds=30)
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


class LeaseLost(RuntimeError):
    """Another process took the deposit up, or somebody ended it: nothing of this one's work counts."""


def claim_confirmed(*, at: datetime) -> Deposit | None:
    """Take a lease on the next confirmed deposit of the association in scope. One that fails too often is refused."""
    for deposit in Deposit.objects.all().to_seal(at)[:10]:
        if deposit.tries >= MAX_SEAL_TRIES:
            end(deposit, state=DepositState.REFUSED, at=at, code=Code.ANALYSIS, tries=deposit.tries)
            continue
        same = Deposit.objects.all().free(at).filter(pk=deposit.pk, state=deposit.state, tries=deposit.tries)
        if same.update(lease_until=at + LEASE, tries=F("tries") + 1):
            deposit.refresh_from_db()
            return deposit
    return None


def rebuild(deposit: Deposit) -> Rebuilt:
    """Paint and verify what was confirmed. Call it outside transactions. Raises Refused, KeyGone and KeysAway."""
    analysis = Analysis.unpack(get(deposit, ANALYSIS, key=key_of(deposit)))
    own = [Zone.from_json(one) for one in deposit.own]
    return pipeline.rebuild(analysis, own=own, shown=deposit.shown)


def keep(rebuilt: Rebuilt, *, subject: UUID, file_id: UUID, at: datetime) -> SealedFile:
    """Encrypt it under the case's key and keep it. Call it inside the transaction that refers to it.

    The blob is on the disk before the row exists: a transaction that fails afterwards leaves an orphan, never a row
    without its file. Raises Refused (Code.SEEN_BEFORE, Code.NO_ROOM) with nothing kept, and KeyDestroyed when the case
    was erased.
    """
    association_id = scope.required()
    pixels = mark_of(rebuilt.pixels)
    if SealedFile.objects.filter(subject=subject, pixels=pixels).exists():
        raise Refused(Code.SEEN_BEFORE)
    sealed = SealedFile(
        association_id=association_id,
        file_id=file_id,
        subject=subject,
        size_plain=len(rebuilt.pdf),
        sha256_pdf=hashlib.sha256(rebuilt.pdf).hexdigest(),
        pixels=pixels,
        # A name of its own each time: a try that failed left a blob, which is nobody's.
        stored_name=f"{association_id}/{file_id.hex[:2]}/{secrets.token_hex(16)}",
        created_at=at,
    )
    sealed.sha256_cipher = _write(sealed, rebuilt.pdf)
    sealed.save(force_insert=True)
    return sealed


def is_known_elsewhere(sealed: SealedFile) -> bool:
    """Does another case of the association hold a document that shows the very same?"""
    others = SealedFile.objects.filter(pixels=sealed.pixels).exclude(subject=sealed.subject)
    return bool(others.exists())


def mark_of(pixels: bytes) -> str:
    """What a document is known again by: a hash under a key that only the association has."""
    key = crypto.derive(root_key(scope.required()), "pixels")
    return crypto.mac(key, hashlib.sha256(pixels).hexdigest())


def mark_sealed(deposit: Deposit, sealed: SealedFile, *, at: datetime) -> None:
    """The last move, in the transaction that keeps the file; on commit the antechamber is emptied. Raises LeaseLost."""
    ours = Deposit.objects.filter(pk=deposit.pk, state=DepositState.TO_CONFIRM, tries=deposit.tries)
    won = ours.update(state=DepositState.SEALED, sealed_file=sealed, expires_at=at, code="", **NOTHING_LEFT)
    if not won:
        raise LeaseLost("The deposit was taken up by another process, or ended.")
    shred_on_commit(deposit)


def refuse_confirmed(deposit: Deposit, *, code: Code, at: datetime) -> bool:
    """It cannot be kept after all, and says why. False when the lease was lost."""
    of_code = {Code.TO_REVIEW: DepositState.TO_REVIEW, Code.NOT_SEALED: DepositState.EXPIRED}
    state = of_code.get(code, DepositState.REFUSED)
    return end(deposit, state=state, at=at, code=code, tries=deposit.tries)


def destroy_confirmed(deposit: Deposit, *, at: datetime) -> bool:
    """Nothing can take it any more (its case was erased meanwhile)."""
    return end(deposit, state=DepositState.DESTROYED, at=at, tries=deposit.tries)


def put_back_confirmed(deposit: Deposit, *, at: datetime, keeps_try: bool) -> None:
    """Wait for another try: what was not the file's fault costs it none."""
    ours = Deposit.objects.filter(pk=deposit.pk, state=DepositState.TO_CONFIRM, tries=deposit.tries)
    ours.update(lease_until=at + AGAIN_AFTER, tries=deposit.tries if keeps_try else deposit.tries - 1)


def _write(sealed: SealedFile, plain: bytes) -> str:
    prefix = secrets.token_bytes(stream.PREFIX_BYTES)
    pieces = stream.seal(io.BytesIO(plain), key=sealed.file_key(), place=sealed.place, prefix=prefix)
    try:
        return store.write(sealed.stored_name, pieces)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise Refused(Code.NO_ROOM) from error
        raise
