"""Until when a case is kept, and why it may be longer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum
from django.http import Http404

from accounts.models import Association, Membership, User
from accounts.rules.roles import Right
from cases.access.doors import cases_of
from cases.models import Case, PurgeLine
from cases.models.case import CaseQuerySet
from cases.rules import keeping
from cases.rules.keeping import Terms
from cases.rules.lifecycle import State

SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Days are the last ones. `is_pending`: a complaint goes on, and nothing ends before it."""

    archives_on: date
    purges_on: date
    archived_on: date | None
    is_pending: bool


def terms_of(association: Association) -> Terms:
    return Terms(active=association.active_months, archive=association.archive_months)


def keeping_of(case: Case, *, terms: Terms, today: date) -> Keeping | None:
    """Of a case that `case_for` gave, or one read `with_complaints`. None for what is erased, or was invented."""
    if case.state == State.ERASED or case.is_canary:
        return None
    planned = terms.purges_on(case.expected_until, has_complaint=case.has_complaint)
    return Keeping(
        archives_on=terms.archives_on(case.expected_until),
        purges_on=keeping.let_go_on(planned, told=case.purge_told, told_on=case.purge_told_on, today=today),
        archived_on=case.archived_on,
        is_pending=case.complaint_pends,
    )


@dataclass(frozen=True, slots=True)
class BroughtForward:
    """What other terms would do at once that those in force do not: cases archived by the next sweep, and cases whose
    person is told, since their last day comes within a month."""

    archived: int
    told: int


def brought_forward(reader: Membership, terms: Terms, *, today: date) -> BroughtForward:
    """Raises Http404 for who does not run the association."""
    if not reader.may(Right.MANAGE):
        raise Http404
    then, now = (_counts(reader, one, today=today) for one in (terms, terms_of(reader.association)))
    return BroughtForward(*(max(0, after - before) for after, before in zip(then, now, strict=True)))


def _counts(reader: Membership, terms: Terms, *, today: date) -> tuple[int, int]:
    rows, last = Case.objects.within_reach_of(reader), terms.to_archive(today)
    plain, complained = (
        terms.to_purge(today, has_complaint=has_complaint, within=-keeping.FIRST_NOTICE)
        for has_complaint in (False, True)
    )
    archived = rows.in_terms(plain=last, complained=last).filter(archived_on=None)
    return archived.count(), rows.in_terms(plain=plain, complained=complained).count()


def held_by_complaint(user: User) -> list[Case]:
    """The member's own cases that a pending complaint of theirs stands on, itself included."""
    standing = cases_of(user).exclude(state=State.ERASED).with_people().with_complaints().order_by("pk")
    return list(standing.filter(complaint_pends=True))


def archived_cases(reader: Membership) -> list[Case]:
    """The archive's list, what goes first first: two hundred at most. Without people: a reference says enough.

    Raises Http404 for who does not run the association.
    """
    return _first_to_go(Case.objects.within_reach_of(reader).archived(), reader)


def left_unanswered(reader: Membership) -> list[Case]:
    """Of these, those whose missed deadline nobody answered: they stay on a screen until they go. As above."""
    return _first_to_go(Case.objects.within_reach_of(reader).left_unanswered(), reader)


def _first_to_go(rows: CaseQuerySet, reader: Membership) -> list[Case]:
    if not reader.may(Right.MANAGE):
        raise Http404
    return list(rows.with_complaints().select_related("member").order_by("expected_until", "pk")[:SHOWN])


def to_tell_by_hand(cases: Sequence[Case]) -> list[Case]:
    """Those among archived ones whose person has had a notice to get, and has no address that takes it."""
    return [case for case in cases if case.purge_told is not None and not case.member.takes_mail]


@dataclass(frozen=True, slots=True)
class Gone:
    """What was let go on one day: cases, and rows in all."""

    on: date
    cause: str
    cases: int
    rows: int


def purge_log(reader: Membership) -> list[Gone]:
    """By day and cause, newest first: sixty at most. Raises Http404 for who does not run the association."""
    if not reader.may(Right.MANAGE):
        raise Http404
    of_cases = Sum("count", filter=Q(table="cases.Case"), default=0)
    days = PurgeLine.objects.order_by("-purged_on", "cause").values_list("purged_on", "cause")
    return [Gone(*row) for row in days.annotate(cases=of_cases, rows=Sum("count"))[:60]]
