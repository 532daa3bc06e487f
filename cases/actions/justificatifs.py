"""Justificatifs: sealed from what was confirmed, then accepted or asked for again by a volunteer."""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

import vault.actions
from accounts import scope
from accounts.access import active_associations
from accounts.fields import KeyDestroyed, MasterKeyMissing
from accounts.models import User
from cases.actions.arrivals import announce_arrival
from cases.actions.journal import AlreadyDone, definition_of, move, settle, take
from cases.models import Case, CaseEvent, Justificatif
from cases.rules.lifecycle import EventKind, Impossible
from vault.box.keys import KeyGone, KeysAway
from vault.models import Deposit, SealedFile
from vault.redaction.pipeline import Rebuilt
from vault.rules import hints
from vault.rules.refusals import Code, Refused

log = logging.getLogger(__name__)


def seal_confirmed(*, today: date, at: datetime) -> int:
    """Door: seal what members and volunteers confirmed, in every association, one of each in turn; how many.

    Call it outside transactions. Ends when nothing waits or when the run is over; what is left is the next call's.
    """
    run, sealed = vault.actions.Run(at), 0
    while not run.is_over:
        done = [_seal_next(run, association.pk, today=today) for association in active_associations()]
        sealed += sum(one is True for one in done)
        if all(one is None for one in done):
            break
    return sealed


def _seal_next(run: vault.actions.Run, association_id: int, *, today: date) -> bool | None:
    """None when nothing waits. Whatever goes wrong with this one stops no other."""
    with scope.enter(association_id):
        deposit = vault.actions.claim_confirmed(at=run.now)
    if deposit is None:
        return None
    try:
        with vault.actions.held(deposit, run) as let_go:
            rebuilt = vault.actions.rebuild(deposit)
            if connection.vendor == "sqlite":
                let_go()  # while its one writer seals, nobody else takes the deposit up, nor renews anything
            with scope.enter(association_id):
                _seal(deposit, rebuilt, today=today, at=run.now)
    except Exception as error:  # noqa: BLE001  a poison file must not stop the others
        with scope.enter(association_id):
            _settle_failure(deposit, error, at=run.now)
        return False
    return True


@transaction.atomic
def _seal(deposit: Deposit, rebuilt: Rebuilt, *, today: date, at: datetime) -> None:
    """One transaction: sealed file, row, event, deadlines, notice, and the deposit's last move."""
    case = Case.objects.get(subject=deposit.subject)
    # Who confirms before midnight is in time, whenever the worker comes.
    day = min(today, timezone.localdate(deposit.confirmed_at))
    kept = keep_justificatif(
        case, rebuilt, kind=deposit.label, token=deposit.file_id, today=day, at=at, by=deposit.confirmed_by
    )
    if kept.sealed_file is None:
        raise TypeError("A justificatif that was just sealed has its file.")
    vault.actions.mark_sealed(deposit, kept.sealed_file, at=at)


def _settle_failure(deposit: Deposit, error: Exception, *, at: datetime) -> None:
    if isinstance(error, Refused) and error.code is not Code.NO_ROOM:
        vault.actions.refuse_confirmed(deposit, code=error.code, at=at)
    elif isinstance(error, KeyGone):
        vault.actions.refuse_confirmed(deposit, code=Code.NOT_SEALED, at=at)
    elif isinstance(error, Impossible):
        vault.actions.refuse_confirmed(deposit, code=Code.CLOSED_MEANWHILE, at=at)
    elif isinstance(error, (KeyDestroyed, Case.DoesNotExist, AlreadyDone)):
        vault.actions.destroy_confirmed(deposit, at=at)
    elif not isinstance(error, vault.actions.LeaseLost):
        own_fault = not isinstance(error, (KeysAway, MasterKeyMissing, Refused))
        log.warning("deposit %s is not sealed, try %s: %s", deposit.pk, deposit.tries, type(error).__name__)
        vault.actions.put_back_confirmed(deposit, at=at, keeps_try=own_fault)


@transaction.atomic
def keep_justificatif(
    case: Case, rebuilt: Rebuilt, *, kind: str, token: UUID, today: date, at: datetime, by: User | None
) -> Justificatif:
    """Seal what the engine rebuilt under the case's key, and write that it was received.

    Raises vault's Refused, AlreadyDone (the same token twice), Impossible.
    """
    case = take(case, version=None)
    if Justificatif.objects.filter(token=token).exists():
        raise AlreadyDone("This deposit was sealed before.")
    move(case, EventKind.JUSTIFICATIF_RECEIVED, at=at, by=by, token=token, justificatif=kind)
    sealed = vault.actions.keep(rebuilt, subject=case.subject, file_id=token, at=at)
    justificatif: Justificatif = Justificatif.objects.create(
        association_id=case.association_id,
        case=case,
        sealed_file=sealed,
        kind=kind,
        token=token,
        hints=_hints(case, sealed, rebuilt.words, kind=kind, today=today),
        received_on=today,
        received_by=by,
    )
    settle(case, today=today, at=at, by=by)
    announce_arrival(justificatif, case=case, by=by, at=at)
    return justificatif


def _hints(case: Case, sealed: SealedFile, words: Sequence[str], *, kind: str, today: date) -> list[str]:
    """Codes for whoever checks it, from words that are held in memory only. Hints, never verdicts."""
    listed = {one.key: one.words for one in definition_of(case).justificatifs}
    told = [hint.value for hint in hints.of(words, expected=listed.get(kind, ()), today=today)]
    return [*told, hints.Hint.ELSEWHERE.value] if vault.actions.is_known_elsewhere(sealed) else told


@transaction.atomic
def record_fingerprint(
    case: Case, fingerprint: str, *, kind: str, token: UUID, today: date, at: datetime, by: User
) -> Justificatif:
    """Write that a file is kept by its owner, and its fingerprint. Raises Impossible, AlreadyDone for a form that was
    received with another one, and Refused(Code.QUOTA): fingerprints and deposits of an hour are counted together. The
    same form with the same fingerprint gives the row that is there."""
    case = take(case, version=None)
    before = Justificatif.objects.filter(token=token).first()
    if before and (before.case_id, before.fingerprint) == (case.pk, fingerprint):
        return before
    if before:
        raise AlreadyDone("This form was received before.")
    vault.actions.refuse_over_quota(by=by, at=at, besides=_noted(by, at=at))
    move(
        case,
        EventKind.JUSTIFICATIF_RECEIVED,
        at=at,
        by=by,
        token=token,
        justificatif=kind,
        fingerprint=fingerprint,
    )
    justificatif: Justificatif = Justificatif.objects.create(
        association_id=case.association_id,
        case=case,
        fingerprint=fingerprint,
        kind=kind,
        token=token,
        received_on=today,
        received_by=by,
    )
    settle(case, today=today, at=at, by=by)
    announce_arrival(justificatif, case=case, by=by, at=at)
    return justificatif


def _noted(by: User, *, at: datetime) -> int:
    """Fingerprints within the hour."""
    events = CaseEvent.objects.filter(kind=EventKind.JUSTIFICATIF_RECEIVED, by=by, at__gt=at - vault.actions.AN_HOUR)
    return events.filter(payload__has_key="fingerprint").count()


@transaction.atomic
def check_justificatif(
    justificatif: Justificatif, *, accepted: bool, refusal: str = "", today: date, at: datetime, by: User
) -> bool:
    """Accept it, or ask again with a reason. False when a colleague checked it first."""
    case = take(justificatif.case, version=None)
    won = Justificatif.objects.filter(pk=justificatif.pk, accepted=None).update(
        accepted=accepted, refusal=refusal, checked_on=today, checked_by=by
    )
    if won:
        kind = EventKind.JUSTIFICATIF_ACCEPTED if accepted else EventKind.JUSTIFICATIF_REFUSED
        move(case, kind, at=at, by=by, justificatif=justificatif.pk, refusal=refusal)
        settle(case, today=today, at=at, by=by)
    return bool(won)
