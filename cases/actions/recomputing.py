"""When a rule, a definition or a holiday changes: move the open deadlines that it moves, and no other.

Open: neither met nor void nor answered by somebody, on a case that goes on. What a colleague decided stands until a
fact of the case is corrected. Cases are read by chunks, without a lock; only those where something moves are locked,
read again and written, one transaction a chunk. Killed and run again, it ends at the same rows.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

import notifications.actions
from accounts import scope
from accounts.access import associations_at_work
from cases.actions.announcing import has_reader
from cases.actions.apart import TROUBLE, one_by_one
from cases.actions.journal import (
    COMPUTED,
    DERIVED,
    definition_of,
    fill_attention,
    fill_deadline,
    known,
    met_days,
    to_check_since,
)
from cases.models import Case, CaseEvent, CaseFact, Deadline, Justificatif
from cases.rules.lifecycle import EventKind
from notifications.actions import NoticeRow
from procedures.rules.deadlines import compute

CHUNK = 200
MOVED = "deadline_moved"
BY_RULE = "rule"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A deadline that moves: codes only. None: no day can be computed (before or after)."""

    association: str
    case: str
    procedure: str
    key: str
    before: date | None
    after: date | None


@dataclass(slots=True)
class Recomputed:
    """What moved, or would. `set_aside`: cases that failed alone, and associations; the next run tries them again."""

    moves: list[Move] = field(default_factory=list)
    notices: int = 0
    set_aside: int = 0

    @property
    def cases(self) -> int:
        return len({(move.association, move.case) for move in self.moves})

    def __add__(self, other: "Recomputed") -> "Recomputed":
        return Recomputed(self.moves + other.moves, self.notices + other.notices, self.set_aside + other.set_aside)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """`procedure`: of that key only; "" for all. `applies`: False writes nothing and counts what would be."""

    today: date
    at: datetime
    procedure: str
    applies: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A case with what its deadlines depend on."""

    case: Case
    facts: Sequence[CaseFact]
    justificatifs: Sequence[Justificatif]
    deadlines: Sequence[Deadline]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moved:
    """The rows of a case that moved, filled in memory, each with the day it had."""

    read: _Read
    rows: Sequence[tuple[Deadline, date | None]]


def recompute_deadlines(*, today: date, at: datetime, applies: bool, procedure: str = "") -> Recomputed:
    """Every association at work, each in its own scope. `procedure`: its key, to look at no other."""
    run = _Run(today=today, at=at, procedure=procedure, applies=applies)
    return sum((_recompute_safely(pk, run) for pk in associations_at_work()), Recomputed())


def _recompute_safely(association_id: int, run: _Run) -> Recomputed:
    """One association's trouble never stops the others, nor hides what was moved."""
    done = Recomputed()
    try:
        for ids in _chunks(association_id, run):
            done += _chunk(association_id, ids, run)
    except TROUBLE as error:
        _log.error("Association %s was set aside: %s", association_id, type(error).__name__)
        done += Recomputed(set_aside=1)
    return done


def _chunks(association_id: int, run: _Run) -> Iterator[list[int]]:
    """Ids of the cases that go on, in their order."""
    last = 0
    while True:
        with scope.enter(association_id):
            rows = Case.objects.all().open().filter(pk__gt=last)
            if run.procedure:
                rows = rows.filter(procedure=run.procedure)
            ids = list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK])
        if not ids:
            return
        yield ids
        last = ids[-1]


def _chunk(association_id: int, ids: Sequence[int], run: _Run) -> Recomputed:
    try:
        return _recompute(association_id, ids, run)
    except TROUBLE:
        _log.warning("A chunk of the recomputation failed; its cases are redone one by one.")
    done: list[Recomputed] = []
    failed = one_by_one(ids, lambda pk: done.append(_recompute(association_id, [pk], run)))
    return sum(done, Recomputed(set_aside=len(failed)))


def _recompute(association_id: int, ids: Sequence[int], run: _Run) -> Recomputed:
    with scope.enter(association_id):
        found = _moved(ids, today=run.today)
        if not (found and run.applies):
            return _told(found, notices=len(_notices(found)))
    with transaction.atomic(), scope.enter(association_id):
        found = _moved([one.read.case.pk for one in found], today=run.today, locks=True)
        return _told(found, notices=_write(found, at=run.at))


def _moved(ids: Sequence[int], *, today: date, locks: bool = False) -> list[_Moved]:
    """The cases among these where something moves. With `locks`, the cases are held before their deadlines are read."""
    found = (_Moved(read=read, rows=_rows(read, today=today)) for read in _read(ids, locks=locks))
    return [one for one in found if one.rows]


def _read(ids: Sequence[int], *, locks: bool) -> list[_Read]:
    """Four queries, however many cases."""
    rows = Case.objects.all().open().filter(pk__in=ids).select_related("association", "member", "assigned_to")
    cases = list((rows.select_for_update(of=("self",)) if locks else rows).order_by("pk"))
    facts, files, deadlines = defaultdict(list), defaultdict(list), defaultdict(list)
    for fact in CaseFact.objects.current().filter(case__in=cases).order_by("pk"):
        facts[fact.case_id].append(fact)
    for file in Justificatif.objects.filter(case__in=cases).order_by("-received_on", "-pk"):
        files[file.case_id].append(file)
    for row in Deadline.objects.filter(case__in=cases).order_by("pk"):
        deadlines[row.case_id].append(row)
    return [
        _Read(case=one, facts=facts[one.pk], justificatifs=files[one.pk], deadlines=deadlines[one.pk]) for one in cases
    ]


def _rows(read: _Read, *, today: date) -> list[tuple[Deadline, date | None]]:
    facts, answers = known(read.facts)
    definition = definition_of(read.case)
    accepted = {file.kind: file.received_on for file in read.justificatifs if file.accepted}
    met = met_days(definition, facts=facts, justificatifs=accepted)
    computed = {one.key: one for one in compute(definition, facts=facts, answers=answers)}
    moved = []
    for row in read.deadlines:
        new, before = computed.get(row.key), row.due
        if new and _is_open(row) and new.due != before:
            row.case = read.case
            fill_deadline(row, new, met_on=met.get(row.key), today=today)
            moved.append((row, before))
    return moved


def _is_open(row: Deadline) -> bool:
    return not (row.met_on or row.void_on or row.answered_on)


def _told(found: Iterable[_Moved], *, notices: int) -> Recomputed:
    moves = [_move(row, before) for one in found for row, before in one.rows]
    return Recomputed(moves=moves, notices=notices)


def _move(row: Deadline, before: date | None) -> Move:
    case = row.case
    return Move(
        association=case.association.slug,
        case=case.reference,
        procedure=case.procedure,
        key=row.key,
        before=before,
        after=row.due,
    )


def _write(found: Sequence[_Moved], *, at: datetime) -> int:
    """The rows, their events, the cases and the notices; how many notices are new."""
    rows = [pair for one in found for pair in one.rows]
    Deadline.objects.bulk_update([row for row, _ in rows], COMPUTED)
    CaseEvent.objects.bulk_create([_event(row, before, at=at) for row, before in rows])
    for one in found:
        _settle(one.read)
    Case.objects.bulk_update([one.read.case for one in found], ["version", *DERIVED])
    return notifications.actions.queue_many(_notices(found), at=at)


def _settle(read: _Read) -> None:
    fill_attention(read.case, deadlines=read.deadlines, to_check_since=to_check_since(read.justificatifs))
    read.case.version += 1


def _event(row: Deadline, before: date | None, *, at: datetime) -> CaseEvent:
    days = {"before": before.isoformat() if before else "", "after": row.due.isoformat() if row.due else ""}
    return CaseEvent(
        association_id=row.association_id,
        case_id=row.case_id,
        subject=row.case.subject,
        kind=EventKind.DEADLINE_MOVED,
        at=at,
        payload={"key": row.key, "cause": BY_RULE} | {name: day for name, day in days.items() if day},
    )


def _notices(found: Iterable[_Moved]) -> list[NoticeRow]:
    """One a deadline that still runs and alarms somebody; the version of the case tells one move from the next."""
    return [
        NoticeRow(
            kind=MOVED,
            dedupe_key=f"deadline:{row.pk}:moved:{one.read.case.version}:{row.due}",
            ids={"deadline": row.pk, "due": row.due.isoformat() if row.due else ""},
        )
        for one in found
        for row, _ in one.rows
        if row.bound != "info" and row.is_running and has_reader(row)
    ]
