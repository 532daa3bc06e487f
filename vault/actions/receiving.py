"""At the door: the bytes go sealed into the antechamber, and a row says that they wait. Nothing is read here."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import IO
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction

from accounts import scope
from accounts.models import Membership, User
from vault.actions.antechamber import LASTS, forget_unkept, key_of, lasts, make_key, put
from vault.box import antechamber, keys, pokes
from vault.models import Deposit, DepositState
from vault.redaction import pipeline
from vault.rules.refusals import Code, Refused

MAX_PARTS = 30
# Of all parts together: the platform's own script sends fifty at most. Each is a blob and a place in the row.
MAX_PIECES = 400
# However often a piece comes: nobody keeps a key and a folder alive for a day.
OPEN_LASTS = timedelta(hours=2)
AN_HOUR = timedelta(hours=1)
MEMBERS_AN_HOUR = 10
# A volunteer deposits for many members: a permanence of an afternoon, with its photos taken again.
TEAMS_AN_HOUR = 100
ANALYSE = "vault.analyse"


def receive(
    parts: "Sequence[bytes | IO[bytes] | File[bytes]]",
    *,
    subject: UUID,
    label: str,
    token: UUID,
    by: User,
    at: datetime,
    by_mail: bool = False,
) -> Deposit:
    """Take files that make one document, in order; the same token gives the same row. Raises Refused, with nothing
    written. `by_mail`: it waits for days, and for whoever works on the case too.

    The blobs are on the disk before the row is: a transaction that fails leaves noise, never a row without its bytes.
    """
    before = _same(subject=subject, token=token)
    if before is not None:
        return before
    _refuse_closed_or_quota(by=by, at=at)
    plains = _read_all(parts)
    deposit = _new(subject=subject, label=label, token=token, by=by, at=at, state=DepositState.RECEIVED)
    deposit.by_mail = by_mail
    deposit.expires_at = at + lasts(deposit)
    key = _key_for(deposit)
    try:
        _put_all(deposit, plains, key=key)
        kept = _kept(deposit)
    except BaseException:
        forget_unkept(deposit)
        raise
    pokes.poke_on_commit(ANALYSE)
    return kept


def _put_all(deposit: Deposit, plains: Sequence[bytes], *, key: bytes) -> None:
    for plain in plains:
        name = uuid4().hex
        put(deposit, name, plain, key=key)
        deposit.pieces.append([[name, len(plain)]])


def begin(*, subject: UUID, label: str, token: UUID, by: User, at: datetime) -> Deposit:
    """Open a deposit whose files come in pieces. Raises Refused."""
    before = _same(subject=subject, token=token)
    if before is not None:
        return before
    _refuse_closed_or_quota(by=by, at=at)
    deposit = _new(subject=subject, label=label, token=token, by=by, at=at, state=DepositState.OPEN)
    _key_for(deposit)
    return _kept(deposit)


def add_piece(deposit: Deposit, data: bytes, *, part: int, offset: int, at: datetime) -> int:
    """Take the bytes of a part (from 0) that begin at `offset`; gives the offset reached, from which to go on.

    A piece that came before, or too early, changes nothing: the answer tells what is wanted. Raises Refused when all
    is too heavy, when there are too many, or when the deposit takes nothing any more (Code.EXPIRED).
    """
    if deposit.state != DepositState.OPEN or deposit.expires_at <= at:
        raise Refused(Code.EXPIRED)
    if not data or offset != _reached(deposit, part) or not 0 <= part <= len(deposit.pieces):
        return _reached(deposit, part)
    _refuse_heavy(deposit.size + len(data))
    if part >= MAX_PARTS:
        raise Refused(Code.TOO_MANY_PAGES)
    if _count(deposit) >= MAX_PIECES:
        raise Refused(Code.TOO_LONG)
    name = uuid4().hex
    put(deposit, name, data, key=_open_key(deposit))
    taken = _append(deposit, name, len(data), part=part, offset=offset, at=at)
    if taken:
        _renew(deposit)
    else:
        antechamber.remove(deposit.folder, name)
    return reached(deposit, part=part)


def reached(deposit: Deposit, *, part: int) -> int:
    """How many bytes of a part came so far."""
    deposit.refresh_from_db(fields=["pieces", "state"])
    return _reached(deposit, part)


def finish(deposit: Deposit, *, at: datetime) -> bool:
    """All pieces came: let it be analysed. False when it was finished before. Raises Refused when it is empty."""
    deposit.refresh_from_db(fields=["pieces", "state", "expires_at"])
    if deposit.state != DepositState.OPEN:
        return False
    if not deposit.pieces:
        raise Refused(Code.EMPTY)
    _renew(deposit)
    rows = Deposit.objects.filter(pk=deposit.pk, state=DepositState.OPEN, expires_at__gt=at)
    won = rows.update(state=DepositState.RECEIVED, expires_at=at + LASTS)
    deposit.refresh_from_db()
    if not won and deposit.state != DepositState.OPEN:
        return False  # the same request came twice at once: the other one finished it
    if not won:
        raise Refused(Code.EXPIRED)
    pokes.poke_on_commit(ANALYSE)
    return True


def _same(*, subject: UUID, token: UUID) -> Deposit | None:
    found: Deposit | None = Deposit.objects.filter(subject=subject, token=token).first()
    return found


def takes_files() -> bool:
    """Whether the door is open at all; it may still be that the keys are away for a while."""
    return bool(settings.VAULT_UPLOADS) and not pipeline.missing(settings.VAULT_ISOLATION)


def _refuse_closed_or_quota(*, by: User, at: datetime) -> None:
    """The quota is counted before the row is written: requests at the very same moment may pass together, as many as
    the web has threads."""
    if not takes_files():
        raise Refused(Code.CLOSED)
    refuse_over_quota(by=by, at=at)


def refuse_over_quota(*, by: User, at: datetime, besides: int = 0) -> None:
    """`besides`: what else they sent within the hour, which made no deposit. Raises Refused(Code.QUOTA)."""
    sent = Deposit.objects.filter(by=by, created_at__gt=at - AN_HOUR).count() + besides
    if sent >= MEMBERS_AN_HOUR and sent >= _quota(by):
        raise Refused(Code.QUOTA)


def _quota(by: User) -> int:
    is_team = Membership.objects.active().filter(user=by).exists()
    return TEAMS_AN_HOUR if is_team else MEMBERS_AN_HOUR


def _read_all(parts: "Sequence[bytes | IO[bytes] | File[bytes]]") -> list[bytes]:
    if len(parts) > MAX_PARTS:
        raise Refused(Code.TOO_MANY_PAGES)
    _refuse_heavy(sum(len(one) if isinstance(one, bytes) else getattr(one, "size", None) or 0 for one in parts))
    plains: list[bytes] = []
    for one in parts:
        room = settings.UPLOAD_MAX_BYTES - sum(map(len, plains))
        plains.append(one if isinstance(one, bytes) else _read(one, room + 1))
        _refuse_heavy(sum(map(len, plains)))
    if not plains or not all(plains):
        raise Refused(Code.EMPTY)
    return plains


def _read(upload: "IO[bytes] | File[bytes]", most: int) -> bytes:
    upload.seek(0)
    return upload.read(most)


def _refuse_heavy(size: int) -> None:
    if size > settings.UPLOAD_MAX_BYTES:
        raise Refused(Code.TOO_HEAVY)


def _new(*, subject: UUID, label: str, token: UUID, by: User, at: datetime, state: DepositState) -> Deposit:
    return Deposit(
        association_id=scope.required(),
        subject=subject,
        label=label,
        token=token,
        state=state,
        by=by,
        created_at=at,
        expires_at=at + LASTS,
    )


def _key_for(deposit: Deposit) -> bytes:
    try:
        return make_key(deposit)
    except keys.KeysAway:
        raise Refused(Code.CLOSED) from None


def _open_key(deposit: Deposit) -> bytes:
    try:
        return key_of(deposit)
    except keys.KeysAway:
        raise Refused(Code.CLOSED) from None
    except keys.KeyGone:
        raise Refused(Code.EXPIRED) from None


def _renew(deposit: Deposit) -> None:
    """A Redis that does not answer now may still hold the key for long enough. Raises Refused where it is gone."""
    try:
        keys.store().renew(deposit.file_id, lasts=LASTS)
    except keys.KeysAway:
        return
    except keys.KeyGone:
        raise Refused(Code.EXPIRED) from None


def _kept(deposit: Deposit) -> Deposit:
    """The row, or the one that the same form made meanwhile: then what was written here is forgotten."""
    try:
        with transaction.atomic():
            deposit.save(force_insert=True)
    except IntegrityError:
        forget_unkept(deposit)
        before = _same(subject=deposit.subject, token=deposit.token)
        if before is None:
            raise
        return before
    return deposit


def _reached(deposit: Deposit, part: int) -> int:
    return sum(size for _, size in deposit.pieces[part]) if 0 <= part < len(deposit.pieces) else 0


def _count(deposit: Deposit) -> int:
    return sum(len(part) for part in deposit.pieces)


def _append(deposit: Deposit, name: str, size: int, *, part: int, offset: int, at: datetime) -> bool:
    """Note the piece if it is the one that is wanted still. Looked at again under the row's lock."""
    with transaction.atomic():
        row = Deposit.objects.select_for_update(of=("self",)).get(pk=deposit.pk)
        fits = row.state == DepositState.OPEN and row.expires_at > at and part <= len(row.pieces)
        if not fits or _reached(row, part) != offset or row.size + size > settings.UPLOAD_MAX_BYTES:
            return False
        if _count(row) >= MAX_PIECES:
            return False
        if part == len(row.pieces):
            row.pieces.append([])
        row.pieces[part].append([name, size])
        row.expires_at = min(at + LASTS, row.created_at + OPEN_LASTS)
        row.save(update_fields=["pieces", "expires_at"])
    return True
