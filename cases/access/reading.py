"""Reading a person's file: recorded each time with who, when and why; and never somebody else's without a reason.

The audit log has every reading. The member's own timeline has one line for each half hour.
"""

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
    _audit(AuditKind.CASE_CONSULTED, case, reader=reader, why=why, at=at)
    recent = CaseEvent.objects.filter(case=case, by=reader, kind=EventKind.CASE_CONSULTED, at__gt=at - SAME_OPENING)
    if not recent.filter(payload__export__isnull=True).exists():
        CaseEvent.objects.record(case, EventKind.CASE_CONSULTED, at=at, by=reader, why=why.value)


def consult_contact(case: Case, *, reader: User, why: Why, at: datetime) -> None:
    """Record that somebody looked at the person's contact details."""
    _audit(AuditKind.CONTACT_CONSULTED, case, reader=reader, why=why, at=at)
    CaseEvent.objects.record(case, EventKind.CONTACT_CONSULTED, at=at, by=reader)


def consult_file(case: Case, justificatif: Justificatif, *, reader: User, why: Why, at: datetime) -> None:
    """Record that somebody opened a justificatif."""
    _audit(AuditKind.FILE_CONSULTED, case, reader=reader, why=why, at=at, justificatif=justificatif.pk)
    CaseEvent.objects.record(case, EventKind.FILE_CONSULTED, at=at, by=reader, justificatif=justificatif.pk)


def _audit(kind: AuditKind, case: Case, *, reader: User, why: Why, at: datetime, **payload: int) -> None:
    """Whoever reads their own file leaves a trace in their timeline only."""
    if why is Why.OWN:
        return
    AuditEntry.objects.record(kind, at=at, by=reader, about=About.CASE, about_id=case.pk, why=why, **payload)
    raise_alerts(case, reader=reader, why=why, at=at)


def is_somebody_elses(case: Case, *, reader: User) -> bool:
    """Is it assigned to another volunteer? Of an erased case nothing is left to be read."""
    return case.assigned_to_id not in {None, reader.pk} and case.state != State.ERASED


def said_why(case: Case, *, reader: User, at: datetime) -> bool:
    """Did this reader type a reason for opening this case within the last twelve hours?"""
    typed = CaseEvent.objects.filter(case=case, by=reader, kind=EventKind.CASE_CONSULTED, at__gt=at - REASON_HOLDS)
    return typed.filter(payload__typed=True).exists()
