"""What the other actions share: take the case, move it, settle what is derived. Called inside their transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from accounts.models import User
from cases.models import Case, CaseEvent, CaseFact, Deadline, Justificatif, Reminder, StopWhen
from cases.rules import keeping, lifecycle, queue
from cases.rules.lifecycle import EventKind, State
from notifications.models import Notice
from procedures import registry
from procedures.rules.deadlines import ComputedDeadline, compute
from procedures.rules.definitions import Definition
from procedures.rules.facts import StartFact

ATTENTION = ["reason", "act_on", "next_deadline_on", "next_deadline_key", "waiting_for"]
DERIVED = [*ATTENTION, "expected_until"]
KEPT = ["touched_on", "archived_on", "purge_told", "purge_told_on"]
JUSTIFICATIF = "justificatif"
ENDED = {State.CLOSED, State.ERASED}
# What happens in a case, and which reminders end by it; its end ends them all.
_ENDS: dict[EventKind, tuple[StopWhen, ...]] = {
    EventKind.ATTEMPT_MADE: (StopWhen.ATTEMPT,),
    EventKind.ATTEMPT_FAILED: (StopWhen.ATTEMPT,),
    EventKind.JUSTIFICATIF_RECEIVED: (StopWhen.JUSTIFICATIF,),
    EventKind.CASE_CLOSED: tuple(StopWhen),
    EventKind.CASE_ERASED: tuple(StopWhen),
}
COMPUTED = [
    "bound", "rule", "article", "start_kind", "start_earliest", "start_latest", "start_known_by", "raw_end",
    "due_earliest", "due_latest", "due", "explanation_fr", "explanation_en", "met_on", "void_on", "missed_on",
    "answered_on", "decision", "told",
]  # fmt: skip
_LAST = {EventKind.CASE_CLOSED, EventKind.CASE_ERASED}


class StaleCase(ValueError):
    """The case changed since the form was shown. Show what changed and what was typed."""

    def __init__(self, case: Case) -> None:
        super().__init__("The case changed meanwhile.")
        self.case = case


class AlreadyDone(ValueError):
    """This very form was received before: nothing is done twice."""


def take(case: Case, *, version: int | None) -> Case:
    """The case, locked. Raises StaleCase when `version` is given and is not the row's."""
    locked: Case = Case.objects.select_for_update(of=("self",)).with_people().get(pk=case.pk)
    if version is not None and locked.version != version:
        raise StaleCase(locked)
    return locked


def lock_free_cases(deadlines: Sequence[int]) -> list[int]:
    """The cases of these deadlines, locked before them as every action does; those that somebody holds are left out."""
    skip_locked = connection.features.has_select_for_update_skip_locked
    theirs = Case.objects.filter(deadlines__in=deadlines).order_by("pk").distinct().values("pk")
    rows = Case.objects.filter(pk__in=theirs).order_by("pk")
    return [case.pk for case in rows.select_for_update(of=("self",), skip_locked=skip_locked)]


def move(
    case: Case,
    kind: EventKind,
    *,
    at: datetime,
    by: User | None,
    token: UUID | None = None,
    note: str = "",
    **payload: str | int | bool | None,
) -> CaseEvent:
    """Advance the state in memory, write the event, end the reminders that waited for it.

    Raises Impossible, AlreadyDone.
    """
    after = lifecycle.advance(State(case.state), kind)
    try:
        with transaction.atomic():
            event: CaseEvent = CaseEvent.objects.record(case, kind, at=at, by=by, token=token, note=note, **payload)
    except IntegrityError as error:
        raise AlreadyDone("This form was received before.") from error
    case.state = after
    if kind in _ENDS:
        _end_reminders(case, _ENDS[kind], at=at)
    if kind in _LAST:
        _answer_unsent(case, at=at)
    return event


def _end_reminders(case: Case, stops: Iterable[StopWhen], *, at: datetime) -> None:
    standing = Reminder.objects.all().standing().filter(case=case, stop_when__in=stops)
    if standing.filter(snoozes=True).exists():
        case.held_until = None
    standing.update(ended_at=at)


def _answer_unsent(case: Case, *, at: datetime) -> None:
    """Of a case that is over, a mail that did not leave is nobody's task. One query for most."""
    unsent = Notice.objects.all().unsent()
    if not unsent.exists():
        return
    deadlines, reminders, justificatifs = (
        list(rows.objects.filter(case=case).values_list("pk", flat=True)) for rows in (Deadline, Reminder, Justificatif)
    )
    about = Q(subject_ids__case=case.pk) | Q(subject_ids__deadline__in=deadlines)
    about |= Q(subject_ids__reminder__in=reminders) | Q(subject_ids__justificatif__in=justificatifs)
    unsent.filter(about).update(answered_at=at)


def definition_of(case: Case) -> Definition:
    return registry.version(case.procedure, case.procedure_version)


def known(facts: Iterable[CaseFact]) -> tuple[dict[str, StartFact], dict[str, str]]:
    """Dated facts and answers, by kind."""
    rows = list(facts)
    dated = {
        row.kind: StartFact(row.kind, row.earliest, row.latest, row.known_by)
        for row in rows
        if row.earliest and row.latest
    }
    return dated, {row.kind: row.value for row in rows if row.value}


def settle(case: Case, *, today: date, at: datetime, by: User | None, also: Iterable[str] = ()) -> None:
    """Recompute the deadlines of a case that goes on, then what lists read; save the case with a new version.

    What is done in it counts for its keeping, and takes it out of the archive.
    """
    deadlines = list(Deadline.objects.filter(case=case).order_by("pk"))
    files = list(Justificatif.objects.filter(case=case).order_by("-received_on", "-pk"))
    if case.state not in ENDED:
        deadlines = _recompute(case, deadlines, files, today=today, at=at, by=by)
    if case.state != State.ERASED:
        _touch(case, today=today, at=at, by=by)
    fill_attention(case, deadlines=deadlines, to_check_since=to_check_since(files))
    case.version += 1
    case.save(update_fields=["state", "version", "held_until", *DERIVED, *KEPT, *also])


def _touch(case: Case, *, today: date, at: datetime, by: User | None) -> None:
    case.touched_on = today
    if case.archived_on:
        CaseEvent.objects.record(case, EventKind.CASE_RETURNED, at=at, by=by)
        case.archived_on = case.purge_told = case.purge_told_on = None


def _recompute(
    case: Case,
    stored: Iterable[Deadline],
    files: Iterable[Justificatif],
    *,
    today: date,
    at: datetime,
    by: User | None,
) -> list[Deadline]:
    """What the rules say now; of the rows that stand, those that say something else are written."""
    facts, answers = known(CaseFact.objects.current().filter(case=case))
    definition = definition_of(case)
    rows = {row.key: row for row in stored}
    met = met_days(definition, facts=facts, justificatifs={one.kind: one.received_on for one in files if one.accepted})
    for computed in compute(definition, facts=facts, answers=answers):
        row = rows.get(computed.key) or Deadline(association_id=case.association_id, case=case, key=computed.key)
        rows[row.key] = row
        before, stood = row.due, [getattr(row, name) for name in COMPUTED]
        fill_deadline(row, computed, met_on=met.get(computed.key), today=today)
        if row._state.adding:
            row.save(force_insert=True)
        elif stood != [getattr(row, name) for name in COMPUTED]:
            row.save(update_fields=COMPUTED)
            if before != row.due:
                _record_move(case, row, before=before, at=at, by=by)
    return list(rows.values())


def met_days(
    definition: Definition, *, facts: Mapping[str, StartFact], justificatifs: Mapping[str, date]
) -> dict[str, date]:
    """The day on which each deadline was satisfied, by its key; `justificatifs`: kind to the day it came."""
    happened = {kind: fact.latest for kind, fact in facts.items()}
    happened |= {f"{JUSTIFICATIF}:{kind}": day for kind, day in justificatifs.items()}
    if justificatifs:
        happened[JUSTIFICATIF] = min(justificatifs.values())
    met = {rule.key: [happened[kind] for kind in rule.met_by if kind in happened] for rule in definition.deadlines}
    return {key: min(days) for key, days in met.items() if days}


def fill_deadline(row: Deadline, computed: ComputedDeadline, *, met_on: date | None, today: date) -> None:
    """What the engine says, in memory. A flagged row that is not due any more is a running one again.

    Its answer goes too: it was about a day that no longer counts, and would hide the new one for ever.
    """
    row.bound, row.rule, row.article = computed.bound.value, computed.rule.value, computed.article
    start = computed.start
    row.start_kind = start.kind if start else ""
    row.start_earliest = start.earliest if start else None
    row.start_latest = start.latest if start else None
    row.start_known_by = start.known_by if start else ""
    has_moved = row.due != computed.due
    row.raw_end, row.due = computed.raw_end, computed.due
    row.due_earliest, row.due_latest = computed.due_earliest, computed.due_latest
    row.explanation_fr = "\n".join(reason.fr for reason in computed.reasons)
    row.explanation_en = "\n".join(reason.en for reason in computed.reasons)
    row.met_on = met_on if _counts(met_on, row) else None
    row.void_on = None if computed.applies else (row.void_on or today)
    if row.missed_on and (row.due is None or row.due >= today):
        row.missed_on, row.answered_on, row.decision = None, None, ""
    if has_moved and row.missed_on is None:
        row.told = None  # the stages begin anew; those of a day that stays missed go on from its flag


def _counts(met_on: date | None, row: Deadline) -> bool:
    """A member who acted after the last possible day has not kept it: somebody decides what follows."""
    return row.bound != "member" or row.due_latest is None or met_on is None or met_on <= row.due_latest


def _record_move(case: Case, row: Deadline, *, before: date | None, at: datetime, by: User | None) -> None:
    CaseEvent.objects.record(
        case,
        EventKind.DEADLINE_MOVED,
        at=at,
        by=by,
        key=row.key,
        before=before.isoformat() if before else "",
        after=row.due.isoformat() if row.due else "",
    )


def to_check_since(files: Iterable[Justificatif]) -> date | None:
    """When the first of those that nobody checked yet was received."""
    unchecked = [file for file in files if file.accepted is None]
    first = min(unchecked, key=lambda file: file.pk, default=None)
    return first.received_on if first else None


def fill_attention(case: Case, *, deadlines: Iterable[Deadline], to_check_since: date | None) -> None:
    """The derived columns in memory. `deadlines`: all of the case, or those that lie ahead of somebody."""
    rows = [row for row in deadlines if row.is_ahead]
    dues = [
        queue.Due(key=row.key, due=day, binds_member=row.bound == "member", is_missed=row.is_missed)
        for row in rows
        if (day := row.asks_on)
    ]
    found = queue.attention(
        State(case.state),
        dues=dues,
        to_check_since=to_check_since,
        opened_on=case.opened_on,
        held_until=case.held_until,
    )
    for name in ATTENTION:
        setattr(case, name, getattr(found, name))
    case.expected_until = keeping.last_expected(
        opened_on=case.opened_on,
        touched_on=case.touched_on,
        closed_on=case.closed_on,
        dues=[day for row in rows for day in (row.due, row.due_latest) if day],
    )
