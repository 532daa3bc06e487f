"""Before a program's token expires its owner is told, twice, so that nothing stops by surprise."""

from datetime import datetime, timedelta

import notifications.actions
from accounts.models import ApiToken
from accounts.rules.tokens import REMINDERS
from notifications.actions import NoticeRow

TOKEN_EXPIRES = "token_expires"


def remind_of_tokens(*, at: datetime) -> int:
    """Promise the reminders that are due in the association in scope, each once; how many are new.

    Of a token whose first reminder was never due (or was missed) only the nearest one leaves.
    """
    ending = ApiToken.objects.all().live(at).filter(expires_at__lte=at + timedelta(days=max(REMINDERS)))
    rows = [_reminder(token, at=at) for token in ending.order_by("pk")]
    return notifications.actions.queue_many(rows, at=at) if rows else 0


def _reminder(token: ApiToken, *, at: datetime) -> NoticeRow:
    days = min(days for days in REMINDERS if token.expires_at <= at + timedelta(days=days))
    return NoticeRow(
        kind=TOKEN_EXPIRES,
        dedupe_key=f"token:{token.pk}:expires:{days}",
        ids={"token": token.pk},
        leave_by=token.expires_at,
    )
