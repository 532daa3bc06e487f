"""Deposits of a case, for whoever sent them: nobody else sees a document before it is cleaned, but for whom it was
mailed to."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.http import Http404

from accounts.models import User
from cases.models import Case, Justificatif
from vault.models import Deposit, DepositState, SealedFile


def deposit_for(case: Case, pk: int, *, by: User, team: bool = False) -> Deposit:
    """A deposit of theirs in a case that `case_for` gave. Raises Http404.

    `team`: also what was attached to a message to the association, which is meant for whoever works on the case.
    """
    whose = Q(by=by) | Q(by_mail=True) if team else Q(by=by)
    found: Deposit | None = Deposit.objects.filter(whose, subject=case.subject, pk=pk).first()
    if found is None:
        raise Http404
    return found


def file_of(justificatif: Justificatif) -> SealedFile:
    """Raises Http404 where the file was destroyed because it came before files were cleaned."""
    if justificatif.sealed_file is None:
        raise Http404
    return justificatif.sealed_file


def _of(case: Case, *, by: User):  # type: ignore[no-untyped-def]  # a DepositQuerySet
    return Deposit.objects.filter(subject=case.subject, by=by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a document on its way stands: nothing of what it shows. `code`: why it came to nothing."""

    id: int
    kind: str
    state: str
    code: str
    by_id: UUID
    by_mail: bool
    created_at: datetime
    awaits_person: bool
    is_under_way: bool


def standing_of(case: Case, *, at: datetime, by: User | None = None) -> list[Standing]:
    """Those of a case that `case_for` gave, the newest first: what is under way; and the newest of all when it came
    to nothing, since that is what somebody waits to hear. `by`: of this person alone. One query."""
    found = _of(case, by=by) if by else Deposit.objects.filter(subject=case.subject)
    rows = list(found.order_by("-pk")[:_NEWEST])
    told = [row for row in rows if row.is_under_way or (row is rows[0] and row.state in _CAME_TO_NOTHING)]
    return [_standing(row, at=at) for row in told]


_NEWEST = 20
_CAME_TO_NOTHING = {DepositState.TO_REVIEW, DepositState.REFUSED, DepositState.EXPIRED}


def _standing(row: Deposit, *, at: datetime) -> Standing:
    """What has run out is over, whether or not the sweep came by."""
    is_over = row.is_under_way and row.expires_at <= at
    return Standing(
        id=row.pk,
        kind=row.label,
        state=DepositState.EXPIRED if is_over else row.state,
        code=row.why_over if is_over else row.code,
        by_id=row.by_id,
        by_mail=row.by_mail,
        created_at=row.created_at,
        awaits_person=row.awaits_person and not is_over,
        is_under_way=row.is_under_way and not is_over,
    )
