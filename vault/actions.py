"""Taking a file in, and sweeping up what a failed transaction left."""

import errno
import hashlib
import io
import secrets
from datetime import datetime, timedelta
from typing import IO
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.base import File

from accounts import scope
from accounts.models import Association
from vault.box import store
from vault.models import SealedFile
from vault.rules import sniff, stream
from vault.rules.refusals import Code, Refused
from vault.rules.sniff import Kind

ORPHAN_AFTER = timedelta(hours=24)
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_HEAD_BYTES = 64


def seal(upload: "IO[bytes] | File[bytes]", *, subject: UUID, at: datetime) -> SealedFile:
    """Check a file, encrypt it under the case's key and keep it. Call it inside the transaction that refers to it.

    The blob is on the disk before the row exists: a transaction that fails afterwards leaves an orphan, never a row
    without its file. Raises Refused with nothing written, and KeyDestroyed when the case was erased.
    """
    if not settings.VAULT_UPLOADS:
        raise Refused(Code.CLOSED)
    plain = _read_within_limit(upload)
    kind = _checked_kind(plain)
    association_id, file_id = scope.required(), uuid4()
    sealed = SealedFile(
        association_id=association_id,
        file_id=file_id,
        subject=subject,
        kind=kind,
        size_plain=len(plain),
        sha256_pdf=hashlib.sha256(plain).hexdigest(),
        stored_name=f"{association_id}/{file_id.hex[:2]}/{file_id.hex}",
        created_at=at,
    )
    sealed.sha256_cipher = _write(sealed, plain)
    sealed.save(force_insert=True)
    return sealed


def sweep_orphans(*, now: datetime) -> int:
    """Remove the blobs without a row that are older than a day; how many. Any number may run at once."""
    return sum(
        _sweep_association(pk, before=now - ORPHAN_AFTER) for pk in Association.objects.values_list("pk", flat=True)
    )


def _read_within_limit(upload: "IO[bytes] | File[bytes]") -> bytes:
    limit: int = settings.UPLOAD_MAX_BYTES
    if (getattr(upload, "size", None) or 0) > limit:
        raise Refused(Code.TOO_HEAVY)
    upload.seek(0)
    plain = upload.read(limit + 1)
    if len(plain) > limit:
        raise Refused(Code.TOO_HEAVY)
    if not plain:
        raise Refused(Code.EMPTY)
    return plain


def _checked_kind(plain: bytes) -> Kind:
    kind = sniff.kind_of(plain[:_HEAD_BYTES])
    if kind is None:
        raise Refused(Code.KIND)
    flaw = sniff.flaw_of(kind, plain)
    if flaw:
        raise Refused(flaw)
    return kind


def _write(sealed: SealedFile, plain: bytes) -> str:
    prefix = secrets.token_bytes(stream.PREFIX_BYTES)
    pieces = stream.seal(io.BytesIO(plain), key=sealed.file_key(), place=sealed.place, prefix=prefix)
    try:
        return store.write(sealed.stored_name, pieces)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise Refused(Code.NO_ROOM) from error
        raise


def _sweep_association(association_id: int, *, before: datetime) -> int:
    old = [name for name in store.names_of(association_id) if (store.stored_at(name) or before) < before]
    if not old:
        return 0
    with scope.enter(association_id):
        known = set(SealedFile.objects.values_list("stored_name", flat=True))
    orphans = [name for name in old if name not in known]
    for name in orphans:
        store.remove(name)
    return len(orphans)
