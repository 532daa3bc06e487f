"""The night: flag every deadline that passed, once, with one event and at most one notice.

Rows are the queue: what is due and not flagged is claimed a chunk at a time, in one transaction with its events and
notices. Killed, doubled or late, the sweep ends at the same rows.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

import notifications.actions
from accounts import scope
from accounts.access import associations_at_work
from accounts.models import Association
from cases.actions import keeping
from cases.actions.alerting import tell_of_alerts
from cases.actions.announcing import announce, has_reader, to_announce
from cases.actions.apart import TROUBLE, one_by_one
from cases.actions.chaining import chain_events
from cases.actions.guarding import tell_of_account_changes
from cases.actions.journal import DERIVED, fill_attention, lock_free_cases
from cases.actions.pinging import ping_after_sweep
from cases.actions.reminding import remind_of_tokens
from cases.actions.snoozing import tell_of_reminders
from cases.actions.sorting import purge_mails
from cases.models import Case, CaseEvent, Deadline
from cases.models.case import CaseQuerySet
from cases.rules import stages
from cases.rules.lifecycle import EventKind

CHUNK = 500
MISSED_FOR_MEMBER = "deadline_missed"
MISSED_FOR_VOLUNTEER = "answer_overdue"
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Sweep:
    """What one run did. `announced`: stages before or after a day. `set_aside`: failed alone, tried at the next run.

    `archived`, `let_go`: cases whose time was over, at work and then at all.
    """

    flagged: int = 0
    announced: int = 0
    notices: int = 0
    archived: int = 0
    let_go: int = 0
    set_aside: int = 0

    def __add__(self, other: "Sweep") -> "Sweep":
        mine, theirs = asdict(self), asdict(other)
        return Sweep(**{name: count + theirs[name] for name, count in mine.items()})

    @property
    def did_something(self) -> bool:
        return bool(self.flagged or self.announced or self.archived or self.let_go or self.set_aside)


def sweep(*, today: date, at: datetime, dry_run: bool = False) -> Sweep:
    """Every association, each in its own scope and on its own day. `dry_run` writes nothing and counts what would be.

    `today` is the instance's: a day in Fort-de-France, five hours behind, is not over at midnight in Paris. In a
    suspended association nobody works and nothing is missed, but nothing is kept for longer either.
    """
    at_work, done = set(associations_at_work()), dict[int, Sweep]()
    for pk in Association.objects.order_by("pk").values_list("pk", flat=True):
        day = keeping.day_of(pk, today=today, at=at)
        done[pk] = _sweep_safely(pk, works=pk in at_work, today=day, at=at, dry_run=dry_run)
    if not dry_run:
        well = [pk for pk in at_work if not done[pk].set_aside]
        ping_after_sweep(well=well, all_well=not any(one.set_aside for one in done.values()))
    return sum(done.values(), Sweep())


def _sweep_safely(association_id: int, *, works: bool, today: date, at: datetime, dry_run: bool) -> Sweep:
    """One association's trouble never stops the others, nor hides what was flagged; the next run takes it up again."""
    done = Sweep()
    try:
        done = _sweep_one(association_id, works=works, today=today, at=at, dry_run=dry_run)
        if not dry_run:
            with scope.enter(association_id):
                done.notices += _tell_the_team(today=today, at=at) if works else 0
                purge_mails(at=at)
            _chain(association_id)
        return done
    except TROUBLE as error:
        _log.error("Association %s was set aside: %s", association_id, type(error).__name__)
        return done + Sweep(set_aside=1)


def _tell_the_team(*, today: date, at: datetime) -> int:
    told = tell_of_alerts(at=at) + tell_of_account_changes(at=at) + remind_of_tokens(at=at)
    return told + tell_of_reminders(today=today, at=at)


def _sweep_one(association_id: int, *, works: bool, today: date, at: datetime, dry_run: bool) -> Sweep:
    if dry_run:
        with scope.enter(association_id):
            return (_counted_work(today=today) if works else Sweep()) + _counted_keeping(today=today)
    total = Sweep()
    for step in (*(_WORK if works else ()), *_KEEPING):
        failed = set[int]()
        while True:
            done = _sweep_chunk(association_id, step, skip=failed, today=today, at=at)
            total += done
            if not done.did_something:
                break
    return total


def _counted_work(*, today: date) -> Sweep:
    done = Sweep()
    for name, rows in (
        ("flagged", Deadline.objects.all().overdue(today)),
        ("announced", Deadline.objects.all().nearing(today)),
        ("announced", Deadline.objects.all().dragging(today)),
    ):
        found = list(rows.select_related("case__member", "case__assigned_to"))
        done += Sweep(**{name: len(found)}, notices=sum(1 for row in found if has_reader(row)))
    return done


def _counted_keeping(*, today: date) -> Sweep:
    ends = keeping.to_announce(today=today).select_related("member")
    return Sweep(
        announced=len(ends),
        notices=sum(1 for case in ends if case.member.takes_mail),
        archived=keeping.to_archive(today=today).count(),
        let_go=keeping.to_let_go(today=today).count(),
    )


def _chain(association_id: int) -> None:
    with scope.enter(association_id):
        while chain_events():
            pass


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """`waiting`: ids of the association in scope, without those that failed; `do`: claim and write them at once."""

    waiting: Callable[[date, set[int]], list[int]]
    do: Callable[[int, Sequence[int], date, datetime], Sweep]


def _sweep_chunk(association_id: int, step: _Step, *, skip: set[int], today: date, at: datetime) -> Sweep:
    with scope.enter(association_id):
        ids = step.waiting(today, skip)
    if not ids:
        return Sweep()
    try:
        return step.do(association_id, ids, today, at)
    except TROUBLE:
        _log.warning("A chunk of the sweep failed; its rows are redone one by one.")
    done: list[Sweep] = []
    failed = one_by_one(ids, lambda pk: done.append(step.do(association_id, [pk], today, at)))
    skip |= failed
    return sum(done, Sweep(set_aside=len(failed)))


def _overdue(today: date, skip: set[int]) -> list[int]:
    rows = Deadline.objects.all().overdue(today).exclude(pk__in=skip)
    return list(rows.order_by("due", "pk").values_list("pk", flat=True)[:CHUNK])


def _flag(association_id: int, ids: Sequence[int], today: date, at: datetime) -> Sweep:
    """Claim these rows, as far as nobody else did, and write what follows; one transaction."""
    with transaction.atomic(), scope.enter(association_id):
        claimed = _claim(ids, today=today)
        rows = list(
            Deadline.objects.filter(pk__in=claimed).select_related("case__member", "case__assigned_to").order_by("pk")
        )
        CaseEvent.objects.bulk_create([_event(row, at=at) for row in rows])
        _settle_cases(rows)
        notices = notifications.actions.queue_many([_notice(row) for row in rows if has_reader(row)], at=at)
        return Sweep(flagged=len(rows), notices=notices)


def _claim(ids: Sequence[int], *, today: date) -> list[int]:
    """The rows that this run, and no other, flagged. Like every action it locks the cases before their deadlines.

    A case that somebody holds right now is left to the next run.
    """
    rows = Deadline.objects.all().overdue(today).filter(pk__in=ids, case__in=lock_free_cases(ids))
    mine = list(rows.order_by("pk").values_list("pk", flat=True))
    Deadline.objects.filter(pk__in=mine).update(missed_on=today, answered_on=None, decision="", told=stages.FLAGGED)
    return mine


def _event(row: Deadline, *, at: datetime) -> CaseEvent:
    return CaseEvent(
        association_id=row.association_id,
        case_id=row.case_id,
        subject=row.case.subject,
        kind=EventKind.DEADLINE_MISSED,
        at=at,
        payload={"key": row.key, "due": row.due.isoformat() if row.due else ""},
    )


def _settle_cases(rows: Sequence[Deadline]) -> None:
    cases = {row.case_id: row.case for row in rows}
    open_rows = Deadline.objects.filter(case__in=cases, met_on=None, void_on=None, due__isnull=False).exclude(
        bound="info"
    )
    by_case: dict[int, list[Deadline]] = {}
    for row in open_rows.order_by("pk"):
        by_case.setdefault(row.case_id, []).append(row)
    for pk, case in cases.items():
        fill_attention(case, deadlines=by_case.get(pk, []), to_check_since=None)
        case.version += 1
    Case.objects.bulk_update(cases.values(), ["version", *DERIVED], batch_size=CHUNK)


def _notice(row: Deadline) -> notifications.actions.NoticeRow:
    return notifications.actions.NoticeRow(
        kind=MISSED_FOR_MEMBER if row.bound == "member" else MISSED_FOR_VOLUNTEER,
        dedupe_key=f"deadline:{row.pk}:missed:{row.due}:{row.missed_on}",
        ids={"deadline": row.pk},
    )


def _announce(association_id: int, ids: Sequence[int], today: date, at: datetime) -> Sweep:
    told, mails = announce(association_id, ids, today=today, at=at)
    return Sweep(announced=told, notices=mails)


def _first(rows: CaseQuerySet, *, skip: set[int]) -> list[int]:
    return list(rows.exclude(pk__in=skip).values_list("pk", flat=True)[:CHUNK])


def _announce_end(association_id: int, ids: Sequence[int], today: date, at: datetime) -> Sweep:
    told, mails = keeping.announce_end(association_id, ids, today=today, at=at)
    return Sweep(announced=told, notices=mails)


_ARCHIVE = _Step(
    waiting=lambda today, skip: _first(keeping.to_archive(today=today), skip=skip),
    do=lambda pk, ids, today, at: Sweep(archived=keeping.archive(pk, ids, today=today, at=at)),
)
_ANNOUNCE_END = _Step(waiting=lambda today, skip: _first(keeping.to_announce(today=today), skip=skip), do=_announce_end)
_LET_GO = _Step(
    waiting=lambda today, skip: _first(keeping.to_let_go(today=today), skip=skip),
    do=lambda pk, ids, today, at: Sweep(let_go=keeping.let_go_of(pk, ids, today=today, at=at)),
)
_FLAG = _Step(waiting=_overdue, do=_flag)
_ANNOUNCE = _Step(waiting=lambda today, skip: to_announce(today=today, skip=skip, limit=CHUNK), do=_announce)
_WORK, _KEEPING = (_FLAG, _ANNOUNCE), (_ARCHIVE, _ANNOUNCE_END, _LET_GO)
