"""Reading a person's file: recorded each time with who, when and why; and never somebody else's without a reason.

The audit log has every reading. The member's own timeline has one line for each half hour.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from accounts.models import AuditEntry, User
from accounts.rules.audit import About, AuditKind, Why
from cases.access.pace import raise_alerts
from cases.models import Case, CaseEvent, Justificatif
from cases.rules.lifecycle import EventKind, State

SAME_OPENING = timedelta(minutes=30)
REASON_HOLDS = timedelta(hours=12)


def consult(case: Case, *, reader: User, why: Why, at: datetime) -> None:
    """Record that somebody opened the file; the member sees it, again only after half an hour.

    Having been in a list is told by itself, and hides no opening.
    """
    consult_all([(case, why)], reader=reader, at=at)


def consult_all(opened: Sequence[tuple[Case, Why]], *, reader: User, at: datetime) -> None:
    """The same for several at once, each with its reason: four statements, or none for nothing."""
    if not opened:
        return
    _audit_all(AuditKind.CASE_CONSULTED, opened, reader=reader, at=at)
    recent = CaseEvent.objects.filter(by=reader, kind=EventKind.CASE_CONSULTED, at__gt=at - SAME_OPENING)
    told = recent.filter(case__in=[case for case, _ in opened], payload__export__isnull=True)
    known = set(told.order_by().values_list("case_id", flat=True))
    CaseEvent.objects.bulk_create(
        _opening(case, reader=reader, why=why, at=at) for case, why in opened if case.pk not in known
    )


def _opening(case: Case, *, reader: User, why: Why, at: datetime) -> CaseEvent:
    return CaseEvent(
        association_id=case.association_id,
        case=case,
        subject=case.subject,
        kind=EventKind.CASE_CONSULTED,
        at=at,
        by=reader,
        payload={"why": why.value},
    )


def consult_contact(case: Case, *, reader: User, why: Why, at: datetime) -> None:
    """Record that somebody looked at the person's contact details."""
    _audit(AuditKind.CONTACT_CONSULTED, case, reader=reader, why=why, at=at)
    CaseEvent.objects.record(case, EventKind.CONTACT_CONSULTED, at=at, by=reader)


def consult_file(case: Case, justificatif: Justificatif, *, reader: User, why: Why, at: datetime) -> None:
    """Record that somebody opened a justificatif."""
    _audit(AuditKind.FILE_CONSULTED, case, reader=reader, why=why, at=at, justificatif=justificatif.pk)
    CaseEvent.objects.record(case, EventKind.FILE_CONSULTED, at=at, by=reader, justificatif=justificatif.pk)


def consult_sheets(case: Case, justificatif: Justificatif, *, reader: User, why: Why, at: datetime) -> None:
    """Record that somebody looks at a justificatif's pages, one after the other: one opening within half an hour."""
    seen = CaseEvent.objects.filter(case=case, by=reader, kind=EventKind.FILE_CONSULTED, at__gt=at - SAME_OPENING)
    if not seen.filter(payload__justificatif=justificatif.pk).exists():
        consult_file(case, justificatif, reader=reader, why=why, at=at)


def _audit(kind: AuditKind, case: Case, *, reader: User, why: Why, at: datetime, **payload: int) -> None:
    _audit_all(kind, [(case, why)], reader=reader, at=at, **payload)


def _audit_all(
    kind: AuditKind, opened: Sequence[tuple[Case, Why]], *, reader: User, at: datetime, **payload: int
) -> None:
    """Whoever reads their own file leaves a trace in their timeline only."""
    told = [(case, why) for case, why in opened if why is not Why.OWN]
    if not told:
        return
    AuditEntry.objects.bulk_create(
        AuditEntry(
            association_id=case.association_id,
            kind=kind,
            at=at,
            by=reader,
            about=About.CASE,
            about_id=str(case.pk),
            why=why,
            payload=payload,
        )
        for case, why in told
    )
    raise_alerts([case for case, _ in told], reader=reader, why=told[0][1], at=at)


def needs_reason(case: Case, *, reader: User) -> bool:
    """Is it assigned to another volunteer, or in the archive? Of an erased case nothing is left to be read."""
    is_closed = case.archived_on is not None or case.assigned_to_id not in {None, reader.pk}
    return is_closed and case.state != State.ERASED


def said_why(case: Case, *, reader: User, at: datetime) -> bool:
    """Did this reader type a reason for opening this case within the last twelve hours?"""
    return bool(reasons_said([case.pk], reader=reader, at=at))


def reasons_said(case_ids: Collection[int], *, reader: User, at: datetime) -> set[int]:
    """Those of the cases for which this reader did. One query."""
    typed = CaseEvent.objects.filter(case__in=case_ids, by=reader, kind=EventKind.CASE_CONSULTED)
    recent = typed.filter(at__gt=at - REASON_HOLDS, payload__typed=True)
    return set(recent.order_by().values_list("case_id", flat=True))
