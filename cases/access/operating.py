"""What operators ask of every association's cases at once: counts and an instant, never a case."""

from datetime import date

from django.db import connection
from django.db.models import Count, Min

from accounts import scope
from accounts.access import Backlog, ask_database, associations_at_work
from cases.models import CaseEvent, Deadline


def count_overdue(today: date) -> int:
    """Door: deadlines of associations at work that the sweep must flag and has not yet. One query."""
    if connection.vendor == "postgresql":
        return int(ask_database("SELECT cases_overdue(%s)", [today])[0][0])
    return sum(_count_overdue(pk, today) for pk in associations_at_work())


def _count_overdue(association_id: int, today: date) -> int:
    with scope.enter(association_id):
        return Deadline.objects.all().overdue(today).count()


def unchained_events() -> Backlog:
    """Door: events of associations at work without their place in their case's chain. One query."""
    if connection.vendor == "postgresql":
        return Backlog(*ask_database("SELECT events, oldest FROM cases_unchained()")[0])
    return sum((_unchained_events(pk) for pk in associations_at_work()), Backlog())


def _unchained_events(association_id: int) -> Backlog:
    with scope.enter(association_id):
        found = CaseEvent.objects.all().unchained().order_by().aggregate(Count("pk"), Min("at"))
    return Backlog(found["pk__count"], found["at__min"])
