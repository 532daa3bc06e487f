"""Facts of a case: recorded, corrected with history, never deleted. The deadlines follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from cases.actions.journal import move, settle, take
from cases.models import Case, CaseFact
from cases.rules.lifecycle import EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFact:
    """A dated fact (`earliest`..`latest`, `known_by`) or an answer (`value`)."""

    kind: str
    earliest: date | None = None
    latest: date | None = None
    value: str = ""
    known_by: str = ""


@transaction.atomic
def record_facts(
    case: Case, facts: Sequence[NewFact], *, today: date, at: datetime, by: User | None, version: int | None = None
) -> Case:
    """Record facts; one of a kind that stands already is superseded. Raises StaleCase, Impossible."""
    case = take(case, version=version)
    for fact in facts:
        write_fact(case, fact, at=at, by=by)
    settle(case, today=today, at=at, by=by)
    return case


def write_fact(case: Case, fact: NewFact, *, at: datetime, by: User | None) -> None:
    """One fact, inside the caller's transaction; nothing when it already stands as it is."""
    standing = CaseFact.objects.current().filter(case=case, kind=fact.kind).first()
    if standing and _same(standing, fact):
        return
    if standing:
        standing.superseded_at = at
        standing.save(update_fields=["superseded_at"])
    CaseFact.objects.create(
        association_id=case.association_id,
        case=case,
        kind=fact.kind,
        earliest=fact.earliest,
        latest=fact.latest or fact.earliest,
        value=fact.value,
        known_by=fact.known_by,
        recorded_by=by,
        recorded_at=at,
    )
    kind = EventKind.FACT_CORRECTED if standing else EventKind.FACT_RECORDED
    move(
        case,
        kind,
        at=at,
        by=by,
        fact=fact.kind,
        earliest=fact.earliest.isoformat() if fact.earliest else "",
        latest=fact.latest.isoformat() if fact.latest else "",
        value=fact.value,
        known_by=fact.known_by,
    )


def _same(standing: CaseFact, fact: NewFact) -> bool:
    return (standing.earliest, standing.latest, standing.value, standing.known_by) == (
        fact.earliest,
        fact.latest or fact.earliest,
        fact.value,
        fact.known_by,
    )
