"""Mails that came back: after two to the same address none is sent any more, until somebody corrects it."""

from datetime import date, datetime

from django.db import transaction

import notifications.actions
from accounts import scope
from accounts.access import memberships_anywhere
from accounts.actions import close_account, user_for_address
from accounts.fields import load_keys
from accounts.models import User
from cases.access import is_member_anywhere
from cases.access.replies import case_of, case_of_digest
from cases.actions.journal import move, settle, take
from cases.actions.opening import index_contacts
from cases.models import Case, MailBounce, Member
from cases.notices.readers import is_for_member
from cases.rules.inbound import Report
from cases.rules.inbound.headers import folded
from cases.rules.lifecycle import EventKind, State
from notifications.access import notice_ids
from notifications.models import Notice
from notifications.rules.kinds import Audience

MOST_BOUNCES = 2
_MOST_IDS = 20


def note_bounce(report: Report, *, at: datetime) -> bool:
    """Door: what a mail server says of a notice of ours to a member, in its association. False when it is about nothing
    that was sent to the address that it names: then nothing changes.

    Whoever is of the team, or was, knows the Message-IDs of its notices: those say nothing of a member's address.
    """
    found = filter(None, map(notice_ids, report.ids[:_MOST_IDS]))
    return any(_note(association_id, notice_id, report, at=at) for association_id, notice_id in found)


def note_refusal(notice: Notice, *, address: str, code: str, at: datetime) -> bool:
    """The mail server knew no such address when the notice was to leave: as good as a mail that came back for good."""
    code = code.removeprefix("smtp_")
    report = Report(ids=(notice.message_id,), recipients=folded([address]), code=code, is_hard=True)
    return _note(notice.association_id, notice.pk, report, at=at)


def _note(association_id: int, notice_id: int, report: Report, *, at: datetime) -> bool:
    with transaction.atomic(), scope.enter(association_id):
        notice = Notice.objects.filter(pk=notice_id, attempts__gt=0).first()
        case = (case_of(notice) or case_of_digest(notice)) if notice else None
        if notice is None or case is None or case.state == State.ERASED or not is_for_member(notice):
            return False
        case = take(case, version=None)
        member = _locked(case)
        if not folded([member.email]) <= report.recipients:
            return False
        MailBounce.objects.get_or_create(
            association_id=association_id,
            notice=notice,
            is_hard=report.is_hard,
            defaults={"member": member, "address_index": member.email_index, "code": report.code[:12], "at": at},
        )
        _stop_after_two(case, member, at=at)
        return True


def _locked(case: Case) -> Member:
    member: Member = Member.objects.select_for_update(of=("self",)).get(pk=case.member_id)
    load_keys([member.subject])
    return member


def _stop_after_two(case: Case, member: Member, *, at: datetime) -> None:
    """Two notices that came back for good from the address of today; it is written once."""
    hard = MailBounce.objects.filter(member=member, is_hard=True, address_index=member.email_index)
    if hard.count() < MOST_BOUNCES:
        return
    if Member.objects.filter(pk=member.pk, email_off_at=None).update(email_off_at=at):
        move(case, EventKind.MAIL_STOPPED, at=at, by=None)


@transaction.atomic
def correct_address(case: Case, *, email: str, version: int | None, today: date, at: datetime, by: User) -> Case:
    """Write the member's address anew; mails go there again, as they want them, and codes to enter too. The same
    address again says that it works.

    A former account that nothing else uses is closed. A decoy, which must look like any other, gets an address that
    nobody enters with. Raises StaleCase.
    """
    case = take(case, version=version)
    move(case, EventKind.ADDRESS_CORRECTED, at=at, by=by)
    member, before = _locked(case), case.member.user
    member.email, member.email_off_at = email.strip(), None
    index_contacts(member)
    if not case.is_canary:
        member.user = user_for_address(email=member.email, name=member.first_name, language=member.language)
    member.save(update_fields=["email", "email_index", "phone_index", "email_off_at", "user"])
    MailBounce.objects.filter(member=member).delete()
    if before and before != member.user:
        _leave_account(before, member, at=at)
    settle(case, today=today, at=at, by=by)
    return case


def _leave_account(before: User, member: Member, *, at: datetime) -> None:
    """How the member wants their mails follows them to the new account. What nobody uses any more tells nothing."""
    if member.user:
        notifications.actions.pass_on_choice(before, to=member.user, audience=Audience.MEMBER)
    if not Member.objects.of(before).exists():
        notifications.actions.forget_choice(before, audience=Audience.MEMBER)
    if not memberships_anywhere(before) and not is_member_anywhere(before):
        close_account(before, at=at)
