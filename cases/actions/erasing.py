"""Erasing: the keys are destroyed, the look-ups emptied; only what no longer names anybody stays."""

from datetime import date, datetime

from django.db import transaction

from accounts.access import memberships_of
from accounts.actions import close_account, destroy_keys
from accounts.models import User
from cases.access import members_of
from cases.actions.journal import move, settle, take
from cases.models import Case, Consent, Member
from cases.rules.lifecycle import EventKind, State


@transaction.atomic
def erase_case(case: Case, *, today: date, at: datetime, by: User | None) -> Case:
    """Destroy the case's key, and what is held of its people whom no other case needs. Raises Impossible."""
    case = take(case, version=None)
    move(case, EventKind.CASE_ERASED, at=at, by=by)
    case.closed_on = case.closed_on or today
    settle(case, today=today, at=at, by=by, also=["closed_on"])
    subjects = {case.subject}
    others = Case.objects.exclude(pk=case.pk).exclude(state=State.ERASED)
    if not others.filter(beneficiary=case.beneficiary_id).exists():
        Consent.objects.filter(beneficiary=case.beneficiary_id, withdrawn_on=None).update(withdrawn_on=today)
        subjects.add(case.beneficiary.subject)
    if others.filter(member=case.member_id).exists():
        subjects.discard(case.member.subject)
    else:
        subjects.add(case.member.subject)
        _forget_member(case.member)
    destroy_keys(subjects)
    return case


def _forget_member(member: Member) -> None:
    """Nobody finds them again; their account goes too when neither a membership nor another association uses it."""
    user = member.user
    Member.objects.filter(pk=member.pk).update(user=None, email_index="", phone_index="")
    if user and not memberships_of(user) and not members_of(user):
        close_account(user)
