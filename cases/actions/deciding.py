"""Decisions on a case: answer a missed deadline, close, continue by another procedure, reopen."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Membership, User
from cases.actions.attempts import check_order
from cases.actions.facts import NewFact, write_fact
from cases.actions.journal import definition_of, move, settle, take
from cases.actions.opening import make_ready, open_case_for
from cases.models import Case, CaseFact, ConsentKind, Deadline, Decision
from cases.rules.lifecycle import EventKind, State
from procedures.rules.definitions import OutcomeClass
from procedures.rules.facts import FactKind, KnownBy


class AfterTheDay(ValueError):
    """What is said to have been done in time was done after the last possible day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was decided about a missed deadline: WAS_DONE needs `done_on`, CLOSE an `outcome`, CONVERT a `procedure`."""

    decision: Decision
    done_on: date | None = None
    outcome: str = ""
    procedure: str = ""


@transaction.atomic
def answer_missed(
    deadline: Deadline, answer: Answer, *, token: UUID | None = None, today: date, at: datetime, by: User
) -> Case | None:
    """Take a missed deadline off the screens, and do what was decided. None when a colleague answered it first.

    Returns the case to go on with: a new one after CONVERT. Raises what `close_case`, `convert_case` and the order of
    the facts (BeforeLetter) raise, AfterTheDay, with nothing written.
    """
    if answer.decision is Decision.WAS_DONE:
        _check_in_time(answer.done_on, deadline)
    case = take(deadline.case, version=None)
    won = Deadline.objects.missed().filter(pk=deadline.pk).update(answered_on=today, decision=answer.decision)
    if not won:
        return None
    move(case, EventKind.MISSED_DEADLINE_ANSWERED, at=at, by=by, key=deadline.key, decision=answer.decision.value)
    if answer.decision is Decision.ACT_AGAIN and case.state != State.PREPARING:
        move(case, EventKind.SENT_BACK, at=at, by=by)
    if answer.decision is Decision.WAS_DONE and answer.done_on:
        _note_act(case, answer.done_on, at=at, by=by)
    settle(case, today=today, at=at, by=by)
    if answer.decision is Decision.CLOSE:
        return close_case(case, outcome=answer.outcome, token=token, today=today, at=at, by=by)
    if answer.decision is Decision.CONVERT:
        return convert_case(case, procedure=answer.procedure, token=token, today=today, at=at, by=by)
    return case


def _check_in_time(done_on: date | None, deadline: Deadline) -> None:
    if done_on and deadline.due_latest and done_on > deadline.due_latest:
        raise AfterTheDay("It was done after the last possible day.")


def _note_act(case: Case, done_on: date, *, at: datetime, by: User) -> None:
    check_order(done_on, CaseFact.objects.current().filter(case=case, kind=FactKind.SENT).first())
    write_fact(case, NewFact(kind=FactKind.ACTED, earliest=done_on, known_by=KnownBy.MEMORY), at=at, by=by)


@transaction.atomic
def close_case(
    case: Case,
    *,
    outcome: str,
    version: int | None = None,
    token: UUID | None = None,
    today: date,
    at: datetime,
    by: User,
) -> Case:
    """End the case with an outcome of its definition. Raises LookupError, StaleCase, AlreadyDone, Impossible."""
    case = take(case, version=version)
    chosen = definition_of(case).outcome(outcome)
    _end(case, outcome=chosen.key, outcome_class=chosen.class5, token=token, today=today, at=at, by=by)
    return case


def _end(
    case: Case, *, outcome: str, outcome_class: OutcomeClass, token: UUID | None, today: date, at: datetime, by: User
) -> None:
    move(case, EventKind.CASE_CLOSED, at=at, by=by, token=token, outcome=outcome, outcome_class=outcome_class.value)
    case.outcome, case.outcome_class, case.closed_on = outcome, outcome_class, today
    settle(case, today=today, at=at, by=by, also=["outcome", "outcome_class", "closed_on"])


@transaction.atomic
def convert_case(case: Case, *, procedure: str, token: UUID | None = None, today: date, at: datetime, by: User) -> Case:
    """Continue by another procedure: this case ends as given up, a new one follows it for the same person.

    Raises NotAdmitted, AlreadyDone, Impossible. Returns the new case.
    """
    case = take(case, version=None)
    consents = case.beneficiary.consents.filter(withdrawn_on=None).values_list("kind", flat=True)
    following = open_case_for(
        case.member,
        campaign=case.campaign,
        procedure=procedure,
        beneficiary=case.beneficiary,
        consents=[ConsentKind(kind) for kind in consents],
        follows=case,
        today=today,
        at=at,
        by=by,
    )
    move(case, EventKind.CASE_CONVERTED, at=at, by=by, token=token, procedure=procedure, following=following.pk)
    _end(case, outcome="", outcome_class=OutcomeClass.ABANDONED, token=None, today=today, at=at, by=by)
    return following


@transaction.atomic
def reopen_case(case: Case, *, today: date, at: datetime, by: User) -> Case:
    """A closed case goes back to work, or to being prepared when no consent stands. Raises Impossible."""
    case = take(case, version=None)
    move(case, EventKind.CASE_REOPENED, at=at, by=by)
    case.outcome, case.outcome_class, case.closed_on = "", "", None
    if not Membership.objects.active().filter(user=case.assigned_to_id).exists():
        case.assigned_to = None  # whoever followed it has left meanwhile
    make_ready(case, at=at, by=by)
    settle(case, today=today, at=at, by=by, also=["outcome", "outcome_class", "closed_on", "assigned_to"])
    return case
