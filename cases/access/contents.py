"""What is in a case that `case_for` gave."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q
from django.http import Http404

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


def timeline(
    case: Case, *, joined: Sequence[Case] = (), before: int | None = None, limit: int = TIMELINE
) -> tuple[list[CaseEvent], int | None]:
    """Events, newest first, and the id to go on from; below them those of `joined` (`chain_of`), case after case.

    Each has its case at hand. One query + keys, another one to go on from `before`. Raises Http404 when that is none.
    """
    cases = {one.pk: one for one in (case, *joined)}
    rows = CaseEvent.objects.all().shown_in_turn(list(cases))
    if before is not None:
        rows = rows.filter(_below(before, list(cases)))
    events = list(rows[: limit + 1])
    for event in events:
        event.case = cases[event.case_id]
    load_keys({event.by.subject for event in events if event.by} | {one.subject for one in cases.values()})
    return events[:limit], events[limit - 1].pk if len(events) > limit else None


def _below(pk: int, case_ids: list[int]) -> Q:
    """What stands below this event, in the order of the timeline."""
    last = CaseEvent.objects.filter(case__in=case_ids, pk=pk).first()
    if last is None:
        raise Http404
    later = case_ids[case_ids.index(last.case_id) + 1 :]
    older = Q(at__lt=last.at) | Q(at=last.at, pk__lt=pk)
    return Q(case=last.case_id) & older | Q(case__in=later)


def deadlines_of(case: Case) -> list[Deadline]:
    return list(Deadline.objects.filter(case=case, void_on=None).order_by("due", "pk"))


def facts_of(case: Case) -> list[CaseFact]:
    """The facts that stand now."""
    return list(CaseFact.objects.current().filter(case=case).order_by("pk"))


def fact_history(case: Case) -> list[CaseFact]:
    """Every fact that ever stood, in the order in which they were recorded. One query + keys of who recorded them."""
    rows = list(CaseFact.objects.filter(case=case).select_related("recorded_by").order_by("pk"))
    load_keys({row.recorded_by.subject for row in rows if row.recorded_by})
    return rows


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
