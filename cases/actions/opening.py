"""Opening a case, for somebody new or already known."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import scope
from accounts.actions import create_keys, user_for_address
from accounts.fields import blind_index
from accounts.models import KeyKind, User
from cases.access import EMAIL_COLUMN, PHONE_COLUMN, phone_digits
from cases.actions.facts import NewFact, write_fact
from cases.actions.journal import AlreadyDone, move, settle
from cases.models import (
    Beneficiary,
    BeneficiaryKind,
    Campaign,
    Case,
    CaseEvent,
    Consent,
    ConsentKind,
    Member,
    Representation,
)
from cases.rules import references
from cases.rules.lifecycle import EventKind, State
from procedures import registry
from procedures.rules.definitions import Beneficiaries, Definition


class NotAdmitted(ValueError):
    """The procedure cannot be opened for this person; `code` says why: beneficiary, ground, disagreement, retired."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    first_name: str
    last_name: str = ""
    email: str = ""
    phone: str = ""
    region: str = ""
    language: str = "fr"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBeneficiary:
    kind: BeneficiaryKind
    first_name: str = ""
    birth_year: str = ""
    ground: str = ""


@transaction.atomic
def create_campaign(
    association_id: int,
    *,
    title: str,
    slug: str,
    procedures: Sequence[str],
    opens_on: date,
    closes_on: date | None = None,
    declared_size: int = 100,
) -> Campaign:
    campaign: Campaign = Campaign.objects.create(
        association_id=association_id,
        title=title,
        slug=slug,
        procedures=list(procedures),
        opens_on=opens_on,
        closes_on=closes_on,
        declared_size=declared_size,
    )
    return campaign


@transaction.atomic
def open_case(
    campaign: Campaign,
    *,
    procedure: str,
    member: NewMember,
    beneficiary: NewBeneficiary,
    facts: Sequence[NewFact] = (),
    consents: Sequence[ConsentKind] = (),
    token: UUID | None = None,
    today: date,
    at: datetime,
    by: User | None,
) -> Case:
    """A case for somebody new to the association. Raises NotAdmitted; the same token gives the same case."""
    return _opened_before(token) or open_case_for(
        _create_member(campaign.association_id, member, today=today),
        campaign=campaign,
        procedure=procedure,
        beneficiary=beneficiary,
        facts=facts,
        consents=consents,
        token=token,
        today=today,
        at=at,
        by=by,
    )


@transaction.atomic
def open_case_for(
    member: Member,
    *,
    campaign: Campaign,
    procedure: str,
    beneficiary: NewBeneficiary | Beneficiary,
    facts: Sequence[NewFact] = (),
    consents: Sequence[ConsentKind] = (),
    follows: Case | None = None,
    token: UUID | None = None,
    today: date,
    at: datetime,
    by: User | None,
) -> Case:
    """A case for a known member. Raises NotAdmitted."""
    before = _opened_before(token)
    if before:
        return before
    definition = registry.current(procedure)
    _check_admitted(definition, beneficiary, today=today)
    person = beneficiary if isinstance(beneficiary, Beneficiary) else _beneficiary(member, beneficiary)
    for kind in consents:
        Consent.objects.get_or_create(
            association_id=member.association_id,
            beneficiary=person,
            kind=kind,
            withdrawn_on=None,
            defaults={"given_on": today},
        )
    case = _create_case(
        campaign, member=member, person=person, definition=definition, follows=follows, by=by, today=today
    )
    _record_opening(case, token=token, at=at, by=by)
    for fact in facts:
        write_fact(case, fact, at=at, by=by)
    make_ready(case, at=at, by=by)
    settle(case, today=today, at=at, by=by)
    return case


def _record_opening(case: Case, *, token: UUID | None, at: datetime, by: User | None) -> None:
    try:
        with transaction.atomic():
            CaseEvent.objects.record(
                case,
                EventKind.CASE_OPENED,
                at=at,
                by=by,
                token=token,
                procedure=case.procedure,
                version=case.procedure_version,
            )
    except IntegrityError as error:
        raise AlreadyDone("This form was received before.") from error


def make_ready(case: Case, *, at: datetime, by: User | None) -> None:
    """A prepared case may act once the person consented to its handling."""
    consented = Consent.objects.filter(beneficiary=case.beneficiary, kind=ConsentKind.HANDLING, withdrawn_on=None)
    if case.state == State.PREPARING and consented.exists():
        move(case, EventKind.CASE_READIED, at=at, by=by)


def _opened_before(token: UUID | None) -> Case | None:
    if token is None:
        return None
    event = CaseEvent.objects.filter(token=token).select_related("case").first()
    return event.case if event else None


def _check_admitted(definition: Definition, beneficiary: NewBeneficiary | Beneficiary, *, today: date) -> None:
    if definition.valid_to and definition.valid_to < today:
        raise NotAdmitted("retired")
    if Beneficiaries(beneficiary.kind) not in definition.beneficiaries:
        raise NotAdmitted("beneficiary")
    if beneficiary.ground == Representation.OTHER_PARENT_DISAGREES:
        raise NotAdmitted("disagreement")
    if beneficiary.kind != BeneficiaryKind.SELF and not beneficiary.ground:
        raise NotAdmitted("ground")


def _create_member(association_id: int, new: NewMember, *, today: date) -> Member:
    [subject] = create_keys(association_id, kind=KeyKind.PERSON)
    member = Member(
        association_id=association_id,
        subject=subject,
        first_name=new.first_name.strip(),
        last_name=new.last_name.strip(),
        email=new.email.strip(),
        phone=new.phone.strip(),
        region=new.region,
        language=new.language,
        joined_on=today,
    )
    index_contacts(member)
    if member.email:
        member.user = user_for_address(email=member.email, name=member.first_name, language=new.language)
    member.save(force_insert=True)
    return member


def index_contacts(member: Member) -> None:
    """Fill the blind indexes from the contacts, in memory."""
    scoped = member.association_id
    member.email_index = blind_index(member.email, column=EMAIL_COLUMN, association_id=scoped)
    member.phone_index = blind_index(phone_digits(member.phone), column=PHONE_COLUMN, association_id=scoped)


def _beneficiary(member: Member, new: NewBeneficiary) -> Beneficiary:
    """A new beneficiary; oneself is one row, under the member's own key."""
    if new.kind == BeneficiaryKind.SELF:
        person, _ = Beneficiary.objects.get_or_create(
            association_id=member.association_id, member=member, kind=new.kind, defaults={"subject": member.subject}
        )
        return person
    [subject] = create_keys(member.association_id, kind=KeyKind.PERSON)
    person = Beneficiary(
        association_id=member.association_id,
        member=member,
        subject=subject,
        kind=new.kind,
        first_name=new.first_name.strip(),
        birth_year=new.birth_year.strip(),
        ground=new.ground,
    )
    person.save(force_insert=True)
    return person


def _create_case(
    campaign: Campaign,
    *,
    member: Member,
    person: Beneficiary,
    definition: Definition,
    follows: Case | None,
    by: User | None,
    today: date,
) -> Case:
    association_id = scope.required()
    [subject] = create_keys(association_id, kind=KeyKind.CASE)
    case = Case(
        association_id=association_id,
        subject=subject,
        reference=_free_reference(),
        campaign=campaign,
        member=member,
        beneficiary=person,
        procedure=definition.key,
        procedure_version=definition.version,
        follows=follows,
        assigned_to=follows.assigned_to if follows else by,
        opened_on=today,
    )
    case.save(force_insert=True)
    return case


def _free_reference() -> str:
    while True:
        reference = references.make(secrets.randbelow)
        if not Case.objects.filter(reference=reference).exists():
            return reference
