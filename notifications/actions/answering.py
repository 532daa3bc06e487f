"""What somebody at the desk does with a mail that did not leave."""

from datetime import datetime

from accounts.models import User
from notifications.models import Notice, NoticeState


def retry(notice: Notice, *, at: datetime) -> bool:
    """Take up again, with all its tries, what was given up or had no address. False when it is neither."""
    rows = Notice.objects.all().unsent().filter(pk=notice.pk)
    return bool(rows.update(state=NoticeState.WAITING, reason="", attempts=0, next_try_at=at))


def answer_unsent(notice: Notice, *, at: datetime, by: User) -> bool:
    """Somebody told the person in another way, or need not: off the desk. False when it was answered before."""
    return bool(Notice.objects.all().unsent().filter(pk=notice.pk).update(answered_at=at, answered_by=by))
