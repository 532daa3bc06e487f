"""What waits in the outbox, for whoever operates the platform: counts and instants, never a notice."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Min

from accounts import scope
from accounts.access import active_associations, ask_database, associations_at_work
from notifications.access.choices import window_of
from notifications.models import Notice, NoticeState
from notifications.rules import windows
from notifications.rules.kinds import DIGESTS

OPEN_STATES = (NoticeState.WAITING, NoticeState.SENDING, NoticeState.DEAD)


@dataclass(frozen=True, slots=True)
class Outbox:
    """How many notices stand in each open state, and since when the oldest is due that may leave now.

    One that was given up is open until somebody at the desk has seen to it; a day's mail that was is nobody's task, for
    what it held leaves by itself.
    """

    states: dict[NoticeState, int]
    oldest_due: datetime | None


@dataclass(frozen=True, slots=True)
class _Line:
    """An association's notices of one state."""

    association_id: int
    state: str
    count: int
    oldest_due: datetime | None = None


def outbox(*, now: datetime) -> Outbox:
    """Door: of every association at work. What waits for its association's hours is not late. Two queries."""
    states, lines = dict.fromkeys(OPEN_STATES, 0), _lines(now)
    for line in lines:
        states[NoticeState(line.state)] += line.count
    late = {line.association_id for line in lines if line.oldest_due}
    rows = active_associations().filter(pk__in=late)
    leaving = {row.pk for row in rows if windows.is_open(window_of(row), now)}
    due = (line.oldest_due for line in lines if line.association_id in leaving)
    return Outbox(states, oldest_due=min(filter(None, due), default=None))


def _lines(now: datetime) -> list[_Line]:
    if connection.vendor == "postgresql":
        statement = "SELECT association_id, state, notices, oldest_due FROM notifications_outbox(%s)"
        return [_Line(*row) for row in ask_database(statement, [now])]
    return [line for pk in associations_at_work() for line in _lines_of(pk, now)]


def _lines_of(association_id: int, now: datetime) -> list[_Line]:
    with scope.enter(association_id):
        counted = (
            Notice.objects.filter(state__in=OPEN_STATES, answered_at=None)
            .exclude(state=NoticeState.DEAD, kind__in=DIGESTS.values())
            .order_by()
            .values("state")
            .annotate(count=Count("pk"))
        )
        lines = [_Line(association_id, row["state"], row["count"]) for row in counted]
        oldest = Notice.objects.due(now).aggregate(Min("next_try_at"))["next_try_at__min"]
    return [*lines, _Line(association_id, NoticeState.WAITING, 0, oldest)] if oldest else lines
