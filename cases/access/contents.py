"""What is in a case that `case_for` gave."""

from datetime import date

from accounts.fields import load_keys
from cases.models import (
    Attempt,
    Beneficiary,
    Campaign,
    Case,
    CaseEvent,
    CaseFact,
    Consent,
    Deadline,
    Justificatif,
    Member,
)

TIMELINE = 50


def campaigns(*, today: date) -> list[Campaign]:
    """The campaigns that are open on that day."""
    return list(Campaign.objects.open_on(today).order_by("title", "pk"))


def timeline(case: Case, *, before: int | None = None, limit: int = TIMELINE) -> tuple[list[CaseEvent], int | None]:
    """Events, newest first, and the id to go on from. One query + keys."""
    rows = CaseEvent.objects.filter(case=case).shown()
    if before is not None:
        rows = rows.filter(pk__lt=before)
    events = list(rows[: limit + 1])
    load_keys({event.by.subject for event in events if event.by} | {case.subject})
    return events[:limit], events[limit - 1].pk if len(events) > limit else None


def deadlines_of(case: Case) -> list[Deadline]:
    return list(Deadline.objects.filter(case=case, void_on=None).order_by("due", "pk"))


def facts_of(case: Case) -> list[CaseFact]:
    """The facts that stand now."""
    return list(CaseFact.objects.current().filter(case=case).order_by("pk"))


def attempts_of(case: Case) -> list[Attempt]:
    return list(Attempt.objects.filter(case=case).select_related("made_by").order_by("-made_on", "-pk"))


def justificatifs_of(case: Case) -> list[Justificatif]:
    return list(Justificatif.objects.filter(case=case).select_related("sealed_file").order_by("-pk"))


def consents_of(case: Case) -> list[Consent]:
    return list(Consent.objects.filter(beneficiary=case.beneficiary).order_by("kind", "-pk"))


def beneficiaries_of(member: Member) -> list[Beneficiary]:
    """Everybody for whom the member acted so far, oneself included."""
    rows = list(Beneficiary.objects.filter(member=member).select_related("member").order_by("pk"))
    load_keys(row.subject for row in rows)
    return rows
