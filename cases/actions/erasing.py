"""Erasing: the keys are destroyed, only what no longer names anybody stays."""

from datetime import date, datetime

from django.db import transaction

from accounts.actions import destroy_keys
from accounts.models import User
from cases.actions.journal import move, settle, take
from cases.models import Case
from cases.rules.lifecycle import EventKind


@transaction.atomic
def erase_case(case: Case, *, today: date, at: datetime, by: User | None) -> Case:
    """Destroy the case's key, and the keys of its people whom no other case needs. Raises Impossible."""
    case = take(case, version=None)
    move(case, EventKind.CASE_ERASED, at=at, by=by)
    case.closed_on = case.closed_on or today
    settle(case, today=today, at=at, by=by, also=["closed_on"])
    standing = Case.objects.exclude(pk=case.pk).exclude(state="erased")
    subjects = {case.subject}
    if not standing.filter(beneficiary=case.beneficiary_id).exists():
        subjects.add(case.beneficiary.subject)
    if standing.filter(member=case.member_id).exists():
        subjects.discard(case.member.subject)
    else:
        subjects.add(case.member.subject)
    destroy_keys(subjects)
    return case
