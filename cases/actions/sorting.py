"""What a volunteer does with a message: attach it to a case, discard it, say that it was read; and its end."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts.actions import destroy_keys
from accounts.models import User
from cases.actions.journal import move, settle, take
from cases.models import Case, InboundMail, MailState, Member
from cases.rules.lifecycle import EventKind

KEPT = timedelta(days=30)
_EMPTY = {"sender": None, "sender_name": None, "title": None, "text": None, "sender_index": ""}


@transaction.atomic
def attach_mail(mail: InboundMail, case: Case, *, today: date, at: datetime, by: User) -> bool:
    """Write its words into the case's journal, under the case's key; its own key is destroyed.

    False when a colleague was faster. Raises Impossible.
    """
    case = take(case, version=None)
    waiting = _waiting(mail)
    if waiting is None:
        return False
    words = "\n\n".join(filter(None, (_signed(waiting), waiting.title, waiting.text)))
    event = move(
        case,
        EventKind.MAIL_RECEIVED,
        at=at,
        by=by,
        token=UUID(hex=waiting.mark[:32]),
        note=words,
        masked=waiting.is_masked or None,
        left_out=waiting.left_out or None,
        attached=True,
    )
    InboundMail.objects.filter(pk=mail.pk).update(
        state=MailState.READ, case=case, event=event, decided_at=at, decided_by=by, **_EMPTY
    )
    destroy_keys([waiting.subject])
    settle(case, today=today, at=at, by=by)
    return True


def _waiting(mail: InboundMail) -> InboundMail | None:
    rows = InboundMail.objects.all().waiting().select_for_update(of=("self",))
    found: InboundMail | None = rows.filter(pk=mail.pk).first()
    return found


def _signed(mail: InboundMail) -> str:
    """Whom it came from, since nobody verified it."""
    return f"{mail.sender_name} <{mail.sender}>".strip() if mail.sender else mail.sender_name


@transaction.atomic
def discard_mail(mail: InboundMail, *, at: datetime, by: User) -> bool:
    """Destroy its key, and with it what it said. False when a colleague was faster."""
    waiting = _waiting(mail)
    if waiting is None:
        return False
    rows = InboundMail.objects.filter(pk=waiting.pk)
    rows.update(state=MailState.DISCARDED, decided_at=at, decided_by=by, **_EMPTY)
    destroy_keys([waiting.subject])
    return True


def mark_read(mail: InboundMail, *, at: datetime, by: User) -> bool:
    """Take a message that is on its case off the list. False when a colleague did."""
    rows = InboundMail.objects.all().to_read().filter(pk=mail.pk)
    return bool(rows.update(state=MailState.READ, decided_at=at, decided_by=by))


@transaction.atomic
def purge_mails(*, at: datetime) -> int:
    """In the association in scope: after thirty days the words of what nobody attached are destroyed, and the row of
    everything that is done goes; how many. What is on a case and unread stays until somebody reads it.
    """
    old = InboundMail.objects.filter(received_at__lte=at - KEPT).exclude(state=MailState.FILED)
    return _drop(old)


def forget_mails_of(case: Case) -> int:
    """Of a case that is erased: what came to its address, waiting or done. In the caller's transaction."""
    return _drop(InboundMail.objects.filter(case=case))


def forget_mails_from(member: Member) -> int:
    """Of a person who is erased: what came from their address and waits. In the caller's transaction."""
    if not member.email_index:
        return 0
    return _drop(InboundMail.objects.filter(sender_index=member.email_index))


def _drop(rows: "QuerySet[InboundMail]") -> int:
    """Keys first: those of words that wait are their own; a case's is the case's affair."""
    mails = list(rows.order_by("pk"))
    destroy_keys([mail.subject for mail in mails if mail.event_id is None])
    InboundMail.objects.filter(pk__in=[mail.pk for mail in mails]).delete()
    return len(mails)
