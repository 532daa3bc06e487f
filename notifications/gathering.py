"""What waits for one person of one association leaves in one mail a day: one row, one Message-ID.

A notice that is held belongs to the day's mail until that one has ended. When it is sent, so are those that it holds;
however else it ends, they leave by themselves. So nothing is lost wherever a process dies, and at most one doubles.
"""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from accounts import scope
from notifications import registry, smtp
from notifications.access import choice_of
from notifications.models import DropReason, Notice, NoticeState
from notifications.rules.kinds import DIGESTS, Recipient
from notifications.rules.modes import Act, Mode, Verdict, verdict
from notifications.rules.windows import Window


def verdict_for(notice: Notice, recipient: Recipient, *, window: Window, has_pages: bool, now: datetime) -> Verdict:
    """What its reader's choice makes of a notice that may leave. In the association's scope.

    Without pages on which it would show, or a mail of the day, it leaves by itself: only the quiet hours hold it.
    """
    if registry.kind_of(notice.kind).urgent or registry.is_digest(notice.kind):
        return Verdict(Act.LEAVE)
    choice = choice_of(recipient.user, audience=recipient.audience)
    if not has_pages:
        choice = replace(choice, mode=Mode.MAIL)
    return verdict(choice, window, promised_at=notice.created_at, now=now, leave_by=notice.leave_by)


def hold(notice: Notice, recipient: Recipient, *, leaves_at: datetime, now: datetime) -> bool:
    """Put a notice that is ours into the mail of that instant, and COMMIT.

    False when that mail was taken up already: it will not look again at what it holds.
    """
    with transaction.atomic(), scope.enter(notice.association_id):
        digest = _digest(notice, recipient, leaves_at=leaves_at, now=now)
        if digest is None:
            return False
        ours = Notice.objects.filter(pk=notice.pk, state=NoticeState.SENDING, lease_until=notice.lease_until)
        return bool(ours.update(state=NoticeState.HELD, digest=digest, lease_until=None))


def _digest(notice: Notice, recipient: Recipient, *, leaves_at: datetime, now: datetime) -> Notice | None:
    """The row of that mail, locked, as long as nobody has taken it up. It leaves in time for all that it holds."""
    made, _ = Notice.objects.get_or_create(
        association_id=notice.association_id,
        dedupe_key=f"digest:{recipient.audience}:{recipient.user}:{leaves_at.timestamp():.0f}",
        defaults={
            "kind": DIGESTS[recipient.audience],
            "subject_ids": {"user": str(recipient.user)},
            "message_id": smtp.new_message_id(),
            "next_try_at": leaves_at,
            "created_at": now,
        },
    )
    rows = Notice.objects.filter(pk=made.pk, state=NoticeState.WAITING, attempts=0)
    digest: Notice | None = rows.select_for_update(of=("self",)).first()
    if digest and notice.leave_by and notice.leave_by > now:
        digest.leave_by = min(filter(None, [digest.leave_by, notice.leave_by]))
        digest.save(update_fields=["leave_by"])
    return digest


def sort_out(digest: Notice, recipient: Recipient | None, *, now: datetime) -> None:
    """Before the day's mail is written: let go of what is not true any more, or of all if its reader chose otherwise.

    What is let go of is looked at again by itself.
    """
    held = Notice.objects.all().held_by(digest.pk)
    user, audience = (recipient.user, recipient.audience) if recipient else (None, None)
    if user is None or audience is None or choice_of(user, audience=audience).mode is not Mode.DIGEST:
        release(digest.pk, now=now)
        return
    stale = [one.pk for one in held if not registry.kind_of(one.kind).still_holds(one)]
    held.filter(pk__in=stale).update(state=NoticeState.DROPPED, reason=DropReason.STALE, digest=None)


def told(digest: Notice, *, at: datetime) -> None:
    """It was sent, and what it held with it. In the transaction that says so of the mail, or before it."""
    held = Notice.objects.all().held_by(digest.pk)
    held.update(state=NoticeState.SENT, sent_at=at, error_class="", digest=None)


def release(*digests: int, now: datetime) -> int:
    """What these mails held leaves by itself; how many. In the transaction that ends them, or before it."""
    held = Notice.objects.all().held_by(*digests)
    return int(held.update(state=NoticeState.WAITING, next_try_at=now, attempts=0, digest=None))
