"""Day-to-day work on a case: assign, hold, note, consent, card."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.actions import create_user, renew_card_code
from accounts.models import AuditEntry, Membership, User
from accounts.rules.audit import About, AuditKind, Why
from cases.actions.journal import move, settle, take
from cases.actions.opening import make_ready
from cases.models import Case, CaseEvent, Consent, ConsentKind
from cases.rules.lifecycle import EventKind, Impossible, State


class HasAddress(ValueError):
    """The person enters with an address. A card would open what this account holds in other associations too."""


@transaction.atomic
def assign(case: Case, *, to: User | None, version: int | None = None, today: date, at: datetime, by: User) -> Case:
    """Give the case to a colleague, to oneself, or back to the team (None).

    Raises Impossible for somebody who has left meanwhile: their membership is locked first, as `let_go` does.
    """
    if to is not None and not _is_here(to):
        raise Impossible(State(case.state), EventKind.CASE_ASSIGNED)
    case = take(case, version=version)
    move(case, EventKind.CASE_ASSIGNED, at=at, by=by, to=str(to.pk) if to else "")
    case.assigned_to = to
    settle(case, today=today, at=at, by=by, also=["assigned_to"])
    return case


def _is_here(user: User) -> bool:
    rows = Membership.objects.active().filter(user=user).select_for_update(of=("self",), no_key=True)
    return rows.first() is not None


@transaction.atomic
def keep_longer(case: Case, *, today: date, at: datetime, by: User) -> bool:
    """Out of the archive, as if something had been done in it today. False when it is not there (any more)."""
    case = take(case, version=None)
    if case.archived_on is None or case.state == State.ERASED:
        return False
    settle(case, today=today, at=at, by=by)
    return True


@transaction.atomic
def add_note(case: Case, *, text: str, token: UUID | None = None, today: date, at: datetime, by: User) -> None:
    """A note of the team, sealed. Raises AlreadyDone."""
    case = take(case, version=None)
    move(case, EventKind.NOTE_ADDED, at=at, by=by, token=token, note=text.strip())
    settle(case, today=today, at=at, by=by)


def say_why(case: Case, *, reason: str, at: datetime, by: User) -> None:
    """The reason, typed, of opening a case that somebody else follows: sealed, for the team's timeline."""
    CaseEvent.objects.record(
        case, EventKind.CASE_CONSULTED, at=at, by=by, note=reason.strip(), why=Why.REASON.value, typed=True
    )


@transaction.atomic
def give_consent(case: Case, *, kind: ConsentKind, today: date, at: datetime, by: User) -> bool:
    """Record the consent of the person concerned. False when it stood already."""
    case = take(case, version=None)
    _, created = Consent.objects.get_or_create(
        association_id=case.association_id,
        beneficiary=case.beneficiary,
        kind=kind,
        withdrawn_on=None,
        defaults={"given_on": today},
    )
    if created:
        move(case, EventKind.CONSENT_GIVEN, at=at, by=by, consent=kind.value)
        if case.closed_on is None:
            make_ready(case, at=at, by=by)
        settle(case, today=today, at=at, by=by)
    return created


@transaction.atomic
def withdraw_consent(case: Case, *, kind: ConsentKind, today: date, at: datetime, by: User) -> bool:
    """False when it was not given."""
    case = take(case, version=None)
    standing = Consent.objects.filter(beneficiary=case.beneficiary, kind=kind, withdrawn_on=None)
    withdrawn = standing.update(withdrawn_on=today)
    if withdrawn:
        move(case, EventKind.CONSENT_WITHDRAWN, at=at, by=by, consent=kind.value)
        settle(case, today=today, at=at, by=by)
    return bool(withdrawn)


@transaction.atomic
def renew_card(case: Case, *, token: UUID | None = None, today: date, at: datetime, by: User) -> str:
    """A new code for the printed card of a person without an address, shown once; the old one stops working.

    Raises HasAddress, AlreadyDone, Impossible.
    """
    case = take(case, version=None)
    member = case.member
    if member.user and member.user.email_index:
        raise HasAddress("The account has an address.")
    move(case, EventKind.CARD_RENEWED, at=at, by=by, token=token)
    settle(case, today=today, at=at, by=by)
    if member.user is None:
        member.user = create_user(name=member.first_name, language=member.language)
        member.save(update_fields=["user"])
    AuditEntry.objects.record(AuditKind.CARD_MADE, at=at, by=by, about=About.CASE, about_id=case.pk)
    return renew_card_code(member.user, is_new=True, at=at)
