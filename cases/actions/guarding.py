"""Whoever works here is told by mail that what protects their account changed: never what, nor how."""

from datetime import datetime, timedelta
from uuid import UUID

import notifications.actions
from accounts.access import account_changes_since, memberships_of
from accounts.models import Membership
from notifications.actions import NoticeRow

ACCOUNT_CHANGED = "account_changed"
_STILL_NEWS = timedelta(days=14)


def tell_of_account_changes(*, at: datetime) -> int:
    """Promise a mail for each change; how many are new. Needs the scope.

    The change itself wrote its line in the log of each association of theirs: the oldest of these tells, once. What two
    coordinators took off is told at once by their page.
    """
    tells: dict[UUID, bool] = {}
    rows = []
    for entry_id, one in account_changes_since(at - _STILL_NEWS):
        if one.user_id not in tells:
            tells[one.user_id] = bool(one.user.email_index) and _is_oldest(one)
        if tells[one.user_id]:
            ids = {"membership": one.pk}
            rows.append(NoticeRow(kind=ACCOUNT_CHANGED, dedupe_key=f"account:{entry_id}", ids=ids))
    return notifications.actions.queue_many(rows, at=at) if rows else 0


def _is_oldest(one: Membership) -> bool:
    """Nobody tells somebody who has left everywhere but the association where it was written."""
    first = next(iter(memberships_of(one.user)), one)
    return first.association_id == one.association_id
