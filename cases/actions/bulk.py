"""Many cases at once, with bulk statements: the demo's seed now, imports later. The same rules as case by case.

Everything is computed in memory by the pure rules, then written in chunks; the events of each case replay to its state.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from secrets import randbelow
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models, transaction

from accounts.actions import create_keys, create_users
from accounts.models import KeyKind, User
from cases.actions.attempts import attempt_facts, attempt_kind
from cases.actions.facts import NewFact
from cases.actions.journal import fill_attention, fill_deadline, known, met_days
from cases.actions.opening import NewBeneficiary, NewMember, index_contacts
from cases.models import (
    Attempt,
    AttemptResult,
    Beneficiary,
    BeneficiaryKind,
    Campaign,
    Case,
    CaseEvent,
    CaseFact,
    Consent,
    ConsentKind,
    Deadline,
    Member,
)
from cases.rules import references
from cases.rules.lifecycle import EventKind, State, advance
from procedures import registry
from procedures.rules.deadlines import compute
from procedures.rules.definitions import Definition

_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptPlan:
    channel: str
    made_on: date
    result: AttemptResult
    justificatif_asked: bool = True
    obstacle: str = ""
    adviser_reference: str = ""
    deletion_requested: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlan:
    """A case as it stands: plans of one `household` share their member. Without `closed_on` the case is open."""

    household: str
    member: NewMember
    beneficiary: NewBeneficiary
    procedure: str
    opened_on: date
    facts: Sequence[NewFact] = ()
    consents: Sequence[ConsentKind] = (ConsentKind.HANDLING,)
    attempts: Sequence[AttemptPlan] = ()
    note: str = ""
    outcome: str = ""
    closed_on: date | None = None
    assigned_to: User | None = None


@transaction.atomic
def create_cases(
    campaign: Campaign, plans: Sequence[CasePlan], *, by: User, today: date, below: Callable[[int], int] = randbelow
) -> list[Case]:
    """Open all of them, in the order given; `below` draws their references.

    Raises LookupError for an unknown procedure, channel or outcome.
    """
    members = _create_members(campaign.association_id, plans)
    people = _create_beneficiaries(campaign.association_id, plans, members)
    _create_consents(plans, people)
    subjects = create_keys(campaign.association_id, kind=KeyKind.CASE, count=len(plans))
    taken = set(Case.objects.values_list("reference", flat=True))
    builds = []
    for plan, person, subject in zip(plans, people, subjects, strict=True):
        case = Case(
            subject=subject,
            reference=_free_reference(taken, below),
            campaign=campaign,
            member=members[plan.household],
            beneficiary=person,
        )
        builds.append(_Build(plan, case, by=by, today=today))
    _write(builds)
    return [build.case for build in builds]


def _free_reference(taken: set[str], below: Callable[[int], int]) -> str:
    reference = references.make(below)
    while reference in taken:
        reference = references.make(below)
    taken.add(reference)
    return reference


def _create_members(association_id: int, plans: Sequence[CasePlan]) -> dict[str, Member]:
    first = {plan.household: plan for plan in reversed(plans)}
    subjects = create_keys(association_id, kind=KeyKind.PERSON, count=len(first))
    users = create_users([(plan.member.email, plan.member.first_name) for plan in first.values() if plan.member.email])
    members = {}
    for (household, plan), subject in zip(first.items(), subjects, strict=True):
        new = plan.member
        member = Member(
            association_id=association_id,
            subject=subject,
            first_name=new.first_name,
            last_name=new.last_name,
            email=new.email,
            phone=new.phone,
            region=new.region,
            language=new.language,
            joined_on=plan.opened_on,
            user=users.get(new.email),
        )
        index_contacts(member)
        members[household] = member
    Member.objects.bulk_create(members.values(), batch_size=_BATCH)
    return members


def _create_beneficiaries(
    association_id: int, plans: Sequence[CasePlan], members: dict[str, Member]
) -> list[Beneficiary]:
    """One row a plan, but one for each member's own account."""
    own: dict[str, Beneficiary] = {}
    people = []
    subjects = iter(create_keys(association_id, kind=KeyKind.PERSON, count=len(plans)))
    for plan in plans:
        new, member = plan.beneficiary, members[plan.household]
        is_self = new.kind == BeneficiaryKind.SELF
        person = own.get(plan.household) if is_self else None
        if person is None:
            person = Beneficiary(
                association_id=association_id,
                member=member,
                subject=member.subject if is_self else next(subjects),
                kind=new.kind,
                first_name="" if is_self else new.first_name,
                birth_year=new.birth_year,
                ground=new.ground,
            )
            if is_self:
                own[plan.household] = person
        people.append(person)
    Beneficiary.objects.bulk_create({id(person): person for person in people}.values(), batch_size=_BATCH)
    return people


def _create_consents(plans: Sequence[CasePlan], people: Sequence[Beneficiary]) -> None:
    rows = {
        (person.pk, kind): Consent(
            association_id=person.association_id, beneficiary=person, kind=kind, given_on=plan.opened_on
        )
        for plan, person in zip(plans, people, strict=True)
        for kind in plan.consents
    }
    Consent.objects.bulk_create(rows.values(), batch_size=_BATCH)


class _Build:
    """The rows of one case, told as its story was lived."""

    def __init__(self, plan: CasePlan, case: Case, *, by: User, today: date) -> None:
        self.plan = plan
        self.definition: Definition = registry.current(plan.procedure)
        self.by = by
        self.zone = ZoneInfo(case.campaign.association.time_zone)
        self.case = case
        case.association_id = case.campaign.association_id
        case.procedure, case.procedure_version = self.definition.key, self.definition.version
        case.assigned_to, case.opened_on = plan.assigned_to, plan.opened_on
        self.events: list[CaseEvent] = []
        self.facts: dict[str, CaseFact] = {}
        self.superseded: list[CaseFact] = []
        self.attempts: list[Attempt] = []
        self._tell()
        self.deadlines = self._deadlines(today)
        case.touched_on = max((plan.opened_on, *(attempt.made_on for attempt in plan.attempts)))
        fill_attention(self.case, deadlines=self.deadlines, to_check_since=None)

    def _tell(self) -> None:
        plan, case = self.plan, self.case
        state = self._event(
            None, EventKind.CASE_OPENED, plan.opened_on, procedure=case.procedure, version=case.procedure_version
        )
        for fact in plan.facts:
            self._fact(fact, plan.opened_on)
        if ConsentKind.HANDLING in plan.consents:
            state = self._event(state, EventKind.CASE_READIED, plan.opened_on)
        for attempt in plan.attempts:
            state = self._attempt(state, attempt)
        if plan.note:
            self._event(state, EventKind.NOTE_ADDED, plan.opened_on, note=plan.note)
        if plan.closed_on:
            chosen = self.definition.outcome(plan.outcome)
            state = self._event(
                state, EventKind.CASE_CLOSED, plan.closed_on, outcome=chosen.key, outcome_class=chosen.class5.value
            )
            case.outcome, case.outcome_class, case.closed_on = chosen.key, chosen.class5, plan.closed_on
        case.state = state

    def _attempt(self, state: State, plan: AttemptPlan) -> State:
        self.definition.channel(plan.channel)
        kind = attempt_kind(plan.result)
        state = self._event(
            state,
            kind,
            plan.made_on,
            channel=plan.channel,
            result=plan.result.value,
            asked=plan.justificatif_asked,
            on=plan.made_on.isoformat(),
        )
        self.attempts.append(
            Attempt(
                association_id=self.case.association_id,
                case=self.case,
                subject=self.case.subject,
                channel=plan.channel,
                made_on=plan.made_on,
                result=plan.result,
                obstacle=plan.obstacle,
                justificatif_asked=plan.justificatif_asked,
                adviser_reference=plan.adviser_reference,
                made_by=self.by,
                recorded_at=self._at(plan.made_on),
            )
        )
        found = attempt_facts(
            plan.channel,
            plan.made_on,
            plan.result,
            asked=plan.justificatif_asked,
            deletion_requested=plan.deletion_requested,
        )
        for fact in found:
            self._fact(fact, plan.made_on)
        self.case.channel = plan.channel
        return state

    def _fact(self, new: NewFact, on: date) -> None:
        standing = self.facts.get(new.kind)
        if standing:
            standing.superseded_at = self._at(on)
            self.superseded.append(standing)
        self.facts[new.kind] = CaseFact(
            association_id=self.case.association_id,
            case=self.case,
            kind=new.kind,
            earliest=new.earliest,
            latest=new.latest or new.earliest,
            value=new.value,
            known_by=new.known_by,
            recorded_by=self.by,
            recorded_at=self._at(on),
        )
        kind = EventKind.FACT_CORRECTED if standing else EventKind.FACT_RECORDED
        self._row(
            kind,
            on,
            fact=new.kind,
            value=new.value,
            earliest=new.earliest.isoformat() if new.earliest else "",
            known_by=new.known_by,
        )

    def _event(self, state: State | None, kind: EventKind, day: date, /, *, note: str = "", **payload: Any) -> State:
        after = advance(state, kind)
        self._row(kind, day, note=note, **payload)
        return after

    def _row(self, kind: EventKind, day: date, /, *, note: str = "", **payload: Any) -> None:
        told = {name: value for name, value in payload.items() if value not in {"", None}}
        event = CaseEvent(
            association_id=self.case.association_id,
            case=self.case,
            subject=self.case.subject,
            kind=kind,
            at=self._at(day),
            by=self.by,
            payload=told,
            note=note,
        )
        self.events.append(event)

    def _at(self, on: date) -> datetime:
        return datetime.combine(on, time(10), tzinfo=self.zone)

    def _deadlines(self, today: date) -> list[Deadline]:
        facts, answers = known(self.facts.values())
        met = met_days(self.definition, facts=facts, justificatifs={})
        rows = []
        for computed in compute(self.definition, facts=facts, answers=answers):
            row = Deadline(association_id=self.case.association_id, case=self.case, key=computed.key)
            fill_deadline(row, computed, met_on=met.get(computed.key), today=today)
            rows.append(row)
        return rows


def _write(builds: Iterable[_Build]) -> None:
    builds = list(builds)
    _insert(Case, (build.case for build in builds))
    _insert(CaseFact, (fact for build in builds for fact in (*build.superseded, *build.facts.values())))
    _insert(Attempt, (attempt for build in builds for attempt in build.attempts))
    _insert(Deadline, (deadline for build in builds for deadline in build.deadlines))
    _insert(CaseEvent, (event for build in builds for event in build.events))


def _insert(model: type[models.Model], rows: Iterable[Any]) -> None:
    model._default_manager.bulk_create(list(rows), batch_size=_BATCH)
