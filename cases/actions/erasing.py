"""Erasing: the keys are destroyed, the look-ups emptied; only what no longer names anybody stays."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

import notifications.actions
import vault.actions
from accounts import scope
from accounts.access import memberships_anywhere
from accounts.actions import close_account, destroy_keys, revoke_keyless
from accounts.models import Association, AuditEntry, User
from accounts.rules.audit import About, AuditKind
from cases.access import held_by_complaint, is_member_anywhere
from cases.actions.journal import move, settle, take
from cases.actions.sorting import forget_mails_from, forget_mails_of
from cases.models import Beneficiary, Case, Consent, MailBounce, Member, PurgeCause
from cases.rules.lifecycle import EventKind, State
from notifications.rules.kinds import Audience


@transaction.atomic
def erase_case(case: Case, *, today: date, at: datetime, by: User | None, cause: PurgeCause | None = None) -> Case:
    """Destroy the case's key, and what is held of its people whom no other case needs. Raises Impossible.

    `cause`: that its time is over, where nobody asked for it.
    """
    case = take(case, version=None)
    move(case, EventKind.CASE_ERASED, at=at, by=by, cause=cause.value if cause else "")
    case.closed_on = case.closed_on or today
    settle(case, today=today, at=at, by=by, also=["closed_on"])
    destroy_keys([case.subject])
    vault.actions.forget(case.subject, at=at)
    forget_mails_of(case)
    AuditEntry.objects.record(AuditKind.SHREDDED, at=at, by=by, about=About.CASE, about_id=case.pk)
    others = Case.objects.exclude(pk=case.pk).exclude(state=State.ERASED)
    if not others.filter(beneficiary=case.beneficiary_id).exists():
        _forget_beneficiary(case.beneficiary, today=today)
    if not others.filter(member=case.member_id).exists():
        _forget_member(case.member, today=today, at=at)
    return case


@transaction.atomic
def erase_person(member: Member, *, today: date, at: datetime, by: User | None) -> int:
    """Erase every case of a member of the association in scope, and the person with those they act for.

    How many cases it were; 0 when all had been erased before, which does no harm.
    """
    cases = list(Case.objects.filter(member=member).exclude(state=State.ERASED).order_by("pk"))
    for case in cases:
        erase_case(case, today=today, at=at, by=by)
    _forget_member(Member.objects.select_for_update(of=("self",)).get(pk=member.pk), today=today, at=at)
    AuditEntry.objects.record(
        AuditKind.SHREDDED, at=at, by=by, about=About.KEY, about_id=member.subject, cases=len(cases)
    )
    return len(cases)


@transaction.atomic
def erase_own(user: User, *, today: date, at: datetime) -> list[str]:
    """At a member's own wish, all that the association in scope holds of them and of those they act for.

    What stays: the references of the cases that a pending complaint of theirs stands on. [] when nothing does; then
    their account is closed too where nothing else uses it.
    """
    held = {case.pk: case.reference for case in held_by_complaint(user)}
    for member in Member.objects.of(user).order_by("pk"):
        if not Case.objects.filter(member=member, pk__in=held).exists():
            erase_person(member, today=today, at=at, by=user)
            continue
        others = Case.objects.filter(member=member).exclude(state=State.ERASED).exclude(pk__in=held)
        for case in others.order_by("pk"):
            erase_case(case, today=today, at=at, by=user)
    return sorted(held.values())


def erase_again(destroyed: Collection[UUID], *, today: date, at: datetime) -> int:
    """Door: after an older backup was restored without these keys, bring its rows to where erasing had left them.

    Every association in its own scope, a transaction a case or person. How many cases; it may be run again. Invitations
    whose keys those were stand open no more.
    """
    gone, count = set(destroyed), 0
    for association_id in Association.objects.order_by("pk").values_list("pk", flat=True):
        with scope.enter(association_id):
            for member in [one for one in Member.objects.order_by("pk") if one.subject in gone and _is_kept(one)]:
                count += erase_person(member, today=today, at=at, by=None)
            standing = Case.objects.exclude(state=State.ERASED).order_by("pk")
            for case in [one for one in standing if one.subject in gone]:
                erase_case(case, today=today, at=at, by=None)
                count += 1
            revoke_keyless(gone, at=at)
    for user in [one for one in User.objects.filter(is_active=True).order_by("pk") if one.subject in gone]:
        close_account(user, at=at)
    return count


def _is_kept(member: Member) -> bool:
    """Whether something of the member still stands: a look-up, an account, or a case."""
    standing = Case.objects.filter(member=member).exclude(state=State.ERASED)
    return bool(member.email_index or member.phone_index or member.user_id) or standing.exists()


def _forget_beneficiary(beneficiary: Beneficiary, *, today: date) -> None:
    Consent.objects.filter(beneficiary=beneficiary, withdrawn_on=None).update(withdrawn_on=today)
    if beneficiary.subject != beneficiary.member.subject:
        destroy_keys([beneficiary.subject])


def _forget_member(member: Member, *, today: date, at: datetime) -> None:
    """Nobody finds them again; their account goes too when no membership and no other association uses it, not even
    an association that is suspended."""
    for beneficiary in Beneficiary.objects.filter(member=member).select_related("member").order_by("pk"):
        _forget_beneficiary(beneficiary, today=today)
    destroy_keys([member.subject])
    forget_mails_from(member)
    MailBounce.objects.filter(member=member).delete()
    user = member.user
    if user:
        notifications.actions.forget_choice(user, audience=Audience.MEMBER)
    Member.objects.filter(pk=member.pk).update(user=None, email_index="", phone_index="", email_off_at=None)
    if user and not memberships_anywhere(user) and not is_member_anywhere(user):
        close_account(user, at=at)
