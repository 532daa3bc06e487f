"""Setting a case aside, and reminders to oneself or the team: a reason, a day, and what ends them before it."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

import notifications.actions
from accounts.models import Membership, User
from cases.actions.journal import move, settle, take
from cases.models import Case, CaseEvent, Reminder, StopWhen
from cases.rules.lifecycle import EventKind, Impossible, State
from notifications.actions import NoticeRow

REMINDER_DUE = "reminder_due"


@transaction.atomic
def hold(
    case: Case,
    *,
    until: date | None,
    reason: str = "",
    stop_when: StopWhen = StopWhen.NOTHING,
    token: UUID | None = None,
    today: date,
    at: datetime,
    by: User,
) -> Case:
    """Put the case aside until a day (None: take it up again), or until something happens in it.

    A missed deadline and a legal day stay on the screens all the same. Raises AlreadyDone, Impossible.
    """
    case = take(case, version=None)
    told = until.isoformat() if until else ""
    event = move(
        case, EventKind.CASE_HELD, at=at, by=by, token=token, note=reason.strip(), until=told, stop=stop_when.value
    )
    Reminder.objects.all().standing().filter(case=case, snoozes=True).update(ended_at=at)
    if until:
        _write(case, event, snoozes=True, until=until, stop_when=stop_when, for_user=by)
    case.held_until = until
    settle(case, today=today, at=at, by=by)
    return case


@transaction.atomic
def set_reminder(
    case: Case,
    *,
    until: date,
    reason: str,
    for_user: User | None,
    stop_when: StopWhen = StopWhen.NOTHING,
    token: UUID | None = None,
    at: datetime,
    by: User,
) -> Reminder:
    """Tell somebody of the team, or the team (None), on that day. Raises AlreadyDone, Impossible.

    Impossible also for somebody who has left meanwhile.
    """
    if for_user is not None and not Membership.objects.active().filter(user=for_user).exists():
        raise Impossible(State(case.state), EventKind.REMINDER_SET)
    case = take(case, version=None)
    event = move(
        case,
        EventKind.REMINDER_SET,
        at=at,
        by=by,
        token=token,
        note=reason.strip(),
        until=until.isoformat(),
        stop=stop_when.value,
        to=str(for_user.pk) if for_user else "",
    )
    return _write(case, event, snoozes=False, until=until, stop_when=stop_when, for_user=for_user)


def _write(
    case: Case, event: CaseEvent, *, snoozes: bool, until: date, stop_when: StopWhen, for_user: User | None
) -> Reminder:
    made: Reminder = Reminder.objects.create(
        association_id=case.association_id,
        case=case,
        event=event,
        snoozes=snoozes,
        until=until,
        stop_when=stop_when,
        for_user=for_user,
    )
    return made


@transaction.atomic
def end_reminder(reminder: Reminder, *, at: datetime, by: User) -> bool:
    """It is done, or not needed any more. False when it had ended."""
    case = take(reminder.case, version=None)
    ended = Reminder.objects.all().standing().filter(pk=reminder.pk, snoozes=False).update(ended_at=at)
    if ended:
        move(case, EventKind.REMINDER_ENDED, at=at, by=by, until=reminder.until.isoformat())
    return bool(ended)


def tell_of_reminders(*, today: date, at: datetime) -> int:
    """Promise a mail for each reminder of somebody whose day has come, once; how many. The team's show on the desk.

    A case whose day has come is not set aside any more.
    """
    Reminder.objects.all().standing().filter(snoozes=True, until__lte=today).update(ended_at=at)
    due = Reminder.objects.all().due(today).filter(told_on=None, case__is_canary=False)
    rows = list(due.exclude(for_user=None).order_by("pk"))
    if not rows:
        return 0
    with transaction.atomic():
        Reminder.objects.filter(pk__in=[row.pk for row in rows]).update(told_on=today)
        return notifications.actions.queue_many(
            [
                NoticeRow(kind=REMINDER_DUE, dedupe_key=f"reminder:{row.pk}:{row.until}", ids={"reminder": row.pk})
                for row in rows
            ],
            at=at,
        )
