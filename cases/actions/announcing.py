"""The stages of a deadline: a member is told 14, 7, 3 and 1 days before; the volunteer 4 and 14 days after.

Of several stages reached since the last run only the nearest is told. Rows are the queue, as in the sweep.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

import notifications.actions
from accounts import scope
from cases.actions.journal import lock_free_cases
from cases.models import CaseEvent, Deadline
from cases.rules import stages
from cases.rules.lifecycle import EventKind
from notifications.actions import NoticeRow

DEADLINE_NEAR = "deadline_near"
ANSWER_DRAGS = "answer_drags"
# What the journal says of who was told: a mail was promised, or it shows on the desk alone.
BY_MAIL, ON_THE_DESK = "mail", "desk"


def to_announce(*, today: date, skip: Collection[int], limit: int) -> list[int]:
    """The deadlines of the association in scope at a stage that nobody was told of, the nearest day first."""
    found: list[int] = []
    for rows in (Deadline.objects.all().nearing(today), Deadline.objects.all().dragging(today)):
        found += rows.exclude(pk__in=skip).order_by("due", "pk").values_list("pk", flat=True)[: limit - len(found)]
    return found


def announce(association_id: int, ids: Sequence[int], *, today: date, at: datetime) -> tuple[int, int]:
    """Tell of the stage of these rows, as far as nobody else did: how many rows, how many mails. One transaction."""
    with transaction.atomic(), scope.enter(association_id):
        rows = _claim(ids, today=today)
        for row in rows:
            row.told = _stage(row, today=today)
        Deadline.objects.bulk_update(rows, ["told"])
        CaseEvent.objects.bulk_create([_event(row, at=at) for row in rows])
        notices = [_notice(row, today=today) for row in rows if has_reader(row)]
        return len(rows), notifications.actions.queue_many(notices, at=at) if notices else 0


def has_reader(row: Deadline) -> bool:
    """Is there an account with an address behind the notice? The address itself is read at sending. Of a decoy
    nobody is told.
    """
    if row.case.is_canary:
        return False
    if row.bound == "member":
        return row.case.member.takes_mail
    return bool(row.case.assigned_to and row.case.assigned_to.email_index)


def _claim(ids: Sequence[int], *, today: date) -> list[Deadline]:
    """Still at an untold stage, with their cases locked; a case that somebody holds now is left to the next run."""
    mine = Deadline.objects.filter(pk__in=ids, case__in=lock_free_cases(ids))
    rows: list[Deadline] = []
    for found in (mine.nearing(today), mine.dragging(today)):
        rows += found.select_related("association", "case__member", "case__assigned_to").order_by("pk")
    return rows


def _stage(row: Deadline, *, today: date) -> int | None:
    if row.missed_on:
        return stages.stage_after(row.missed_on, today=today)
    return stages.stage_before(row.due, today=today) if row.due else None


def _event(row: Deadline, *, at: datetime) -> CaseEvent:
    return CaseEvent(
        association_id=row.association_id,
        case_id=row.case_id,
        subject=row.case.subject,
        kind=EventKind.DEADLINE_ANNOUNCED,
        at=at,
        payload={
            "key": row.key,
            "due": row.due.isoformat() if row.due else "",
            "stage": row.told,
            "by": BY_MAIL if has_reader(row) else ON_THE_DESK,
        },
    )


def _notice(row: Deadline, *, today: date) -> NoticeRow:
    """Told again of the same stage only for another day, or after a decision to wait that is over."""
    since = row.missed_on or row.due
    return NoticeRow(
        kind=ANSWER_DRAGS if row.missed_on else DEADLINE_NEAR,
        dedupe_key=f"deadline:{row.pk}:stage:{row.told}:{since}",
        ids={"deadline": row.pk, "stage": row.told or 0, "due": str(row.due)},
        leave_by=_useful_until(row, today=today),
    )


def _useful_until(row: Deadline, *, today: date) -> datetime | None:
    """The midnight before a member's day, so that the day itself is left to act; on that day, the midnight after."""
    if row.missed_on or row.due is None:
        return None
    day = row.due if today < row.due else row.due + timedelta(days=1)
    return datetime.combine(day, time.min, ZoneInfo(row.association.time_zone))
