"""A list of many cases in one file: asked by one person, approved by another, made when it is taken, once.

Nothing is kept of the file. Its requests, decisions and takings are in the audit log, and each member sees in their
case that it was in a list.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

import notifications.actions
from accounts.access import TooNew, require_settled
from accounts.models import AuditEntry, Membership
from accounts.rules import sheets
from accounts.rules.audit import About, AuditKind, Why
from accounts.rules.roles import Right
from accounts.rules.sheets import FRENCH, Cell
from cases.access import (
    approvable_from,
    approvers,
    asker_of,
    chunks_of,
    count_and_newest,
    count_now,
    is_standing,
    raise_decoy_alerts,
)
from cases.actions.journal import AlreadyDone
from cases.models import Case, CaseEvent, Export
from cases.rules.exports import KEEPS, MOST, WAITS, Selection
from cases.rules.lifecycle import EventKind
from notifications.actions import NoticeRow

ASKED = "export_asked"
DECIDED = "export_decided"
_BATCH = 1000


class WrongCount(ValueError):
    """The request names no case, too many, or others than whoever sends the form has read: how many it names."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} cases are named now.")
        self.count = count


class NotReady(ValueError):
    """It was taken before, is not approved, came too late, or is somebody else's."""


class RightGone(ValueError):
    """Whoever asked lost the access or the right while the file was being made. It is not handed out, nor later."""


@transaction.atomic
def ask_export(
    asker: Membership,
    *,
    selection: Selection,
    with_people: bool,
    reason: str,
    seen: int,
    at: datetime,
    form: UUID | None = None,
) -> Export:
    """`seen`: the number that the asker was shown. Raises TooNew, WrongCount, and AlreadyDone for a form sent twice."""
    require_settled(asker, right=Right.EXPORT_ASK, at=at)
    count, newest = count_and_newest(asker, selection)
    if count != seen or not 0 < count <= MOST:
        raise WrongCount(count)
    export = Export(
        seal_id=form or uuid4(),
        association_id=asker.association_id,
        subject=asker.user.subject,
        filter=selection.codes(),
        with_people=with_people,
        count=count,
        up_to=newest,
        reason=reason,
        asked_by=asker.user,
        asked_at=at,
        expires_at=at + WAITS,
    )
    try:
        with transaction.atomic():
            export.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyDone("This form was received before.") from error
    _record(AuditKind.EXPORT_ASKED, export, by=asker, at=at, count=count)
    notifications.actions.queue_many([_asked(export, one) for one in approvers(asker)], at=at)
    return export


def _asked(export: Export, to: Membership) -> NoticeRow:
    return NoticeRow(
        kind=ASKED,
        dedupe_key=f"export:{export.pk}:asked:{to.pk}",
        ids={"export": export.pk, "membership": to.pk},
    )


@transaction.atomic
def approve_export(export: Export, *, by: Membership, seen: int, at: datetime) -> bool:
    """False when it was decided or expired first, is one's own, or who asked has left. Raises TooNew, WrongCount.

    `seen`: the number that the approver was shown; it is the most that will be handed out.
    """
    asker = asker_of(export)
    if not by.may(Right.EXPORT_APPROVE) or asker is None:
        return False
    ready_at = approvable_from(asker, by=[by])
    if ready_at and at < ready_at:
        raise TooNew(ready_at)
    count = count_now(export)
    if count != seen or count == 0:
        raise WrongCount(count)
    open_to_others = Export.objects.all().waiting(at).filter(pk=export.pk).exclude(asked_by=by.user)
    won = open_to_others.update(
        decided_by=by.user, decided_at=at, is_approved=True, approved_count=count, expires_at=at + KEEPS
    )
    return bool(won) and _tell_decision(AuditKind.EXPORT_APPROVED, export, by=by, at=at, count=count)


@transaction.atomic
def refuse_export(export: Export, *, by: Membership, at: datetime) -> bool:
    """False when it was decided or expired first. Who asked may withdraw it so."""
    if not by.may(Right.EXPORT_APPROVE) and by.user_id != export.asked_by_id:
        return False
    won = Export.objects.all().waiting(at).filter(pk=export.pk).update(decided_by=by.user, decided_at=at)
    return bool(won) and _tell_decision(AuditKind.EXPORT_REFUSED, export, by=by, at=at)


def _tell_decision(kind: AuditKind, export: Export, *, by: Membership, at: datetime, **payload: int) -> bool:
    _record(kind, export, by=by, at=at, **payload)
    if by.user_id != export.asked_by_id:
        notifications.actions.queue(
            kind=DECIDED, dedupe_key=f"export:{export.pk}:decided", ids={"export": export.pk}, at=at
        )
    return True


def take_export(
    export: Export,
    *,
    by: Membership,
    head: Sequence[Cell],
    cells: Callable[[Case], Sequence[Cell]],
    at: datetime,
) -> bytes:
    """The file, made now in memory. Raises NotReady, WrongCount, RightGone.

    `cells` says one case in the order of `head`. Of several takings at once one wins, by the row. Before each chunk and
    at the end the database is asked again whether this membership still stands: whoever is let go meanwhile gets
    nothing, and the approval is spent.
    """
    _claim(export, by=by, at=at)
    parts, taken = [sheets.lines([head], sheet=FRENCH)], list[Case]()
    for cases in chunks_of(export, by):
        if not is_standing(by, right=Right.EXPORT_ASK):
            raise _spoiled(export, by=by, at=at)
        parts.append(sheets.lines(map(cells, cases), sheet=FRENCH))
        taken += cases
        if len(taken) > (export.approved_count or 0):
            _spoiled(export, by=by, at=at)
            raise WrongCount(len(taken))
    if not _record_taking(export, taken, by=by, at=at):
        raise _spoiled(export, by=by, at=at)
    return sheets.file_of(parts, sheet=FRENCH)


def _claim(export: Export, *, by: Membership, at: datetime) -> None:
    """Ours alone, or NotReady. More cases than were approved: WrongCount, and it stays ready."""
    export.refresh_from_db(fields=["approved_count"])
    ready = Export.objects.all().ready(at).filter(pk=export.pk, asked_by=by.user)
    if by.may(Right.EXPORT_ASK) and ready.exists():
        count = count_now(export)
        if count > (export.approved_count or 0):
            raise WrongCount(count)
        if ready.update(taken_at=at):
            return
    raise NotReady("The export is not there to be taken.")


def _spoiled(export: Export, *, by: Membership, at: datetime) -> RightGone:
    """It was claimed and is not handed out: the claim stays, so that nobody takes it again."""
    Export.objects.filter(pk=export.pk).update(is_approved=False)
    _record(AuditKind.EXPORT_REFUSED, export, by=by, at=at, stopped=True)
    return RightGone("The membership ended while the export was being made.")


def _record_taking(export: Export, taken: Sequence[Case], *, by: Membership, at: datetime) -> bool:
    """Write who is in it. False, and nothing written, when the access ended while the last lines waited."""
    events = [
        CaseEvent(
            association_id=case.association_id,
            case=case,
            subject=case.subject,
            kind=EventKind.CASE_CONSULTED,
            at=at,
            by=by.user,
            payload={"why": Why.EXPORT.value, "export": export.pk, "people": export.with_people},
        )
        for case in taken
    ]
    with transaction.atomic():
        CaseEvent.objects.bulk_create(events, batch_size=_BATCH)
        _record(AuditKind.EXPORT_TAKEN, export, by=by, at=at, count=len(events))
        raise_decoy_alerts([case for case in taken if case.is_canary], reader=by.user, at=at)
        standing = is_standing(by, right=Right.EXPORT_ASK)
        transaction.set_rollback(not standing)
    return standing


def _record(kind: AuditKind, export: Export, *, by: Membership, at: datetime, **payload: int | bool) -> None:
    AuditEntry.objects.record(
        kind,
        at=at,
        by=by.user,
        about=About.EXPORT,
        about_id=export.pk,
        why=Why.EXPORT,
        filter=[f"{name}:{code}" for name, code in sorted(export.filter.items())],
        people=export.with_people,
        **payload,
    )
