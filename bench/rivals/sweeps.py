"""Rivals of the sweep: four raw statements, an ORM loop, and the SELECT that an empty night needs.

The raw statements decide nothing (no next deadline, no hash chain, no rows set aside): they are the least that the
database must do. The loop is what one writes first: each row by itself, through the same helpers.
"""

from datetime import date, datetime
from uuid import uuid4

from django.db import connection, transaction

import notifications.actions
from accounts import scope
from accounts.access import associations_at_work
from cases.actions.journal import DERIVED, fill_attention, to_check_since
from cases.models import CaseEvent, Deadline
from cases.rules.lifecycle import EventKind

_DUE = """
    SELECT d.id FROM cases_deadline d JOIN cases_case c ON c.id = d.case_id
    WHERE d.association_id = %(association)s AND d.met_on IS NULL AND d.missed_on IS NULL AND d.void_on IS NULL
      AND d.due < %(today)s AND d.bound <> 'info' AND c.closed_on IS NULL
"""
_FLAG = "UPDATE cases_deadline SET missed_on = %(today)s WHERE id IN (" + _DUE + ")"
_FLAGGED = "d.association_id = %(association)s AND d.missed_on = %(today)s"
_SETTLE = f"""
    UPDATE cases_case SET version = version + 1, reason = 'missed', waiting_for = 'volunteer', act_on = f.due
    FROM (SELECT d.case_id, MIN(d.due) AS due FROM cases_deadline d WHERE {_FLAGGED} GROUP BY d.case_id) f
    WHERE cases_case.id = f.case_id
"""
_EVENTS = """
    INSERT INTO cases_caseevent (association_id, case_id, subject, seal_id, kind, at, payload, hash)
    SELECT d.association_id, d.case_id, c.subject, {uuid}, 'deadline_missed', %(at)s, {payload}, ''
    FROM cases_deadline d JOIN cases_case c ON c.id = d.case_id WHERE {flagged}
"""
_NOTICES = """
    INSERT INTO notifications_notice (association_id, kind, dedupe_key, subject_ids, state, reason, attempts,
                                      next_try_at, error_class, message_id, created_at)
    SELECT d.association_id, CASE WHEN d.bound = 'member' THEN 'deadline_missed' ELSE 'answer_overdue' END,
           'deadline:' || d.id || ':missed:' || d.due, {ids}, 'waiting', '', 0,
           %(at)s, '', '<' || d.id || %(once)s, %(at)s
    FROM cases_deadline d
    JOIN cases_case c ON c.id = d.case_id
    JOIN cases_member m ON m.id = c.member_id
    LEFT JOIN accounts_user u ON u.id = c.assigned_to_id
    WHERE {flagged} AND CASE WHEN d.bound = 'member' THEN m.email_index ELSE u.email_index END <> ''
    ON CONFLICT DO NOTHING
"""
_WORDS = {
    "postgresql": {
        "uuid": "gen_random_uuid()",
        "payload": "jsonb_build_object('key', d.key, 'due', d.due)",
        "ids": "jsonb_build_object('deadline', d.id)",
    },
    "sqlite": {
        "uuid": "lower(hex(randomblob(16)))",
        "payload": "json_object('key', d.key, 'due', d.due)",
        "ids": "json_object('deadline', d.id)",
    },
}


def raw(*, today: date, at: datetime) -> None:
    """Flag, settle the cases, write events and notices: one statement each, for each association."""
    words = _WORDS[connection.vendor] | {"flagged": _FLAGGED}
    statements = (_FLAG, _SETTLE, _EVENTS.format(**words), _NOTICES.format(**words))
    for association_id in associations_at_work():
        values: dict[str, int | str | date] = {
            "association": association_id,
            "today": today,
            "at": at,
            "once": f".{uuid4().hex}@bench>",
        }
        with scope.enter(association_id), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, values)


def loop(*, today: date, at: datetime) -> None:
    """Each row in a transaction of its own."""
    for association_id in associations_at_work():
        with scope.enter(association_id):
            for row in Deadline.objects.all().overdue(today).order_by("due", "pk"):
                _flag(row, today=today, at=at)


@transaction.atomic
def _flag(row: Deadline, *, today: date, at: datetime) -> None:
    case = row.case
    row.missed_on = today
    row.save(update_fields=["missed_on"])
    CaseEvent.objects.record(
        case, EventKind.DEADLINE_MISSED, at=at, by=None, key=row.key, due=row.due.isoformat() if row.due else ""
    )
    fill_attention(case, deadlines=case.deadlines.all(), to_check_since=to_check_since(case.justificatifs.all()))
    case.version += 1
    case.save(update_fields=["version", *DERIVED])
    reader = case.member if row.bound == "member" else case.assigned_to
    if reader and reader.email_index:
        notifications.actions.queue(
            kind="deadline_missed" if row.bound == "member" else "answer_overdue",
            dedupe_key=f"deadline:{row.pk}:missed:{row.due}",
            ids={"deadline": row.pk},
            at=at,
        )


def select(*, today: date) -> None:
    """What an empty night cannot do without."""
    for association_id in associations_at_work():
        with scope.enter(association_id), connection.cursor() as cursor:
            cursor.execute(_DUE + " LIMIT 500", {"association": association_id, "today": today})
            cursor.fetchall()
