"""Reminders: those of a case, and those whose day has come for whoever reads."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.http import Http404

from accounts.fields import load_keys
from accounts.models import Membership
from cases.access.doors import cases_of
from cases.models import Case, Reminder
from cases.models.reminder import ReminderQuerySet

MOST = 20


def reminders_of(case: Case) -> list[Reminder]:
    """What stands, set aside or to be told, the nearest first, with the words and names at hand."""
    rows = list(Reminder.objects.all().standing().filter(case=case).with_words().order_by("until", "pk"))
    load_keys({user.subject for row in rows for user in (row.event.by, row.for_user) if user} | {case.subject})
    return rows


def reminder_for(case: Case, pk: int) -> Reminder:
    """A reminder that stands, of a case that `case_for` gave. Http404 for any other."""
    rows = Reminder.objects.all().standing().with_words()
    found: Reminder | None = rows.filter(case=case, snoozes=False, pk=pk).first()
    if found is None:
        raise Http404
    return found


def due_for(reader: Membership, *, today: date) -> ReminderQuerySet:
    """One's own and the team's whose day has come, as far as the reader may see the case."""
    rows = Reminder.objects.all().due(today).filter(Q(for_user=reader.user_id) | Q(for_user=None))
    return rows.filter(case__in=cases_of(reader).open().order_by().values("pk"))


def reminders_due(reader: Membership, *, today: date) -> list[Reminder]:
    """With the people and the words at hand, the longest due first: twenty at most. Two queries."""
    rows = due_for(reader, today=today).with_words()
    found = list(
        rows.select_related("case__member", "case__beneficiary__member", "case__campaign").order_by("until", "pk")[
            :MOST
        ]
    )
    load_keys({subject for row in found for subject in _subjects(row)})
    return found


def _subjects(row: Reminder) -> Iterator[UUID]:
    """Whose keys open the names and the reason."""
    yield from (row.case.subject, row.case.member.subject, row.case.beneficiary.subject)
    if row.event.by:
        yield row.event.by.subject
