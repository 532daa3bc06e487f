"""Until when a case is kept, and why it may be longer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404

from accounts.models import Association, Membership, User
from accounts.rules.roles import Right
from cases.access.doors import cases_of
from cases.access.lists import load_people
from cases.models import Case, PurgeLine
from cases.rules import keeping
from cases.rules.keeping import COMPLAINTS, Terms
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
    """None for what is erased, or was invented. One query."""
    if case.state == State.ERASED or case.is_canary:
        return None
    has_complaint, is_pending = complaint_of(case)
    return Keeping(
        archives_on=terms.archives_on(case.expected_until),
        purges_on=purge_day(case, terms=terms, has_complaint=has_complaint, today=today),
        archived_on=case.archived_on,
        is_pending=is_pending,
    )


def purge_day(case: Case, *, terms: Terms, has_complaint: bool, today: date) -> date:
    """The last day on which it is kept: the planned one, or the one that late notices leave."""
    planned = terms.purges_on(case.expected_until, has_complaint=has_complaint)
    return keeping.let_go_on(planned, told=case.purge_told, told_on=case.purge_told_on, today=today)


def complaint_of(case: Case) -> tuple[bool, bool]:
    """Did the same person complain since, in this case or a later one, with their consent; and does that go on?"""
    theirs = Case.objects.exclude(state__in=[State.PREPARING, State.ERASED]).filter(
        beneficiary=case.beneficiary_id, procedure__in=COMPLAINTS, pk__gte=case.pk
    )
    found = list(theirs.order_by("pk").values_list("closed_on", flat=True))
    return bool(found), None in found


def held_by_complaint(user: User) -> list[Case]:
    """The member's own cases that a pending complaint of theirs stands on, itself included."""
    cases = list(cases_of(user).exclude(state=State.ERASED).with_people().order_by("pk"))
    return [case for case in cases if complaint_of(case)[1]]


def archived_cases(reader: Membership) -> list[Case]:
    """The archive's list, what goes first first: two hundred at most. Without people: a reference says enough.

    Raises Http404 for who does not run the association.
    """
    if not reader.may(Right.MANAGE):
        raise Http404
    return list(Case.objects.within_reach_of(reader).archived().order_by("expected_until", "pk")[:SHOWN])


def to_tell_by_hand(cases: Sequence[Case]) -> list[Case]:
    """Those among archived ones whose person has had a notice to get, and has no address to get it at."""
    found = [case for case in cases if case.purge_told is not None and not case.member.email_index]
    load_people(found)
    return found


def purge_lines(reader: Membership) -> list[PurgeLine]:
    """The newest of what was let go here; two hundred at most."""
    return list(PurgeLine.objects.filter(association=reader.association_id).newest()[:SHOWN])
