"""Justificatifs: received through the vault, then accepted or asked for again by a volunteer."""

from datetime import date, datetime
from typing import BinaryIO
from uuid import UUID

from django.db import transaction

import vault.actions
from accounts.models import User
from cases.actions.journal import AlreadyDone, move, settle, take
from cases.models import Case, Justificatif
from cases.rules.lifecycle import EventKind


@transaction.atomic
def receive_justificatif(
    case: Case, upload: BinaryIO, *, kind: str, token: UUID, today: date, at: datetime, by: User
) -> Justificatif:
    """Seal the file under the case's key. Raises vault's Refused, AlreadyDone (same form twice), Impossible."""
    case = take(case, version=None)
    if Justificatif.objects.filter(token=token).exists():
        raise AlreadyDone("This form was received before.")
    move(case, EventKind.JUSTIFICATIF_RECEIVED, at=at, by=by, token=token, justificatif=kind)
    sealed = vault.actions.seal(upload, subject=case.subject, at=at)
    justificatif: Justificatif = Justificatif.objects.create(
        association_id=case.association_id,
        case=case,
        sealed_file=sealed,
        kind=kind,
        token=token,
        received_on=today,
        received_by=by,
    )
    settle(case, today=today, at=at, by=by)
    return justificatif


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
