"""What PostgreSQL refuses by itself, past our managers: links across associations, and changes to what is written."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, models, transaction

from accounts import scope
from accounts.models import ApiToken, AuditEntry, FactorReset, Membership
from accounts.rules.audit import AuditKind
from cases.actions.chaining import chain_events
from cases.models import Attempt, Beneficiary, Case, CaseEvent, CaseFact, Consent, Deadline
from cases.rules.lifecycle import EventKind
from tests import factories
from tests.database import connect_as_owner

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


@pytest.fixture
def ours(volunteer: Membership, today: date, now: datetime) -> Case:
    return a_case(volunteer, today=today, now=now)


@pytest.fixture
def theirs(stranger: Membership, today: date, now: datetime) -> Case:
    return a_case(stranger, today=today, now=now)


def a_case(by: Membership, *, today: date, now: datetime) -> Case:
    campaign = factories.make_campaign(by.association, today=today)
    case = factories.make_case(campaign, by=by.user, today=today, at=now)
    return factories.make_attempt(case, by=by.user, today=today, at=now)


# Also changed, so that no uniqueness among theirs answers first.
FREE: dict[type[models.Model], dict[str, str]] = {
    Beneficiary: {"kind": "child"},
    CaseFact: {"kind": "other"},
    Consent: {"kind": "mandate"},
    Deadline: {"key": "other"},
}
LINKS: list[tuple[type[models.Model], str, Callable[[Case], int]]] = [
    (Case, "campaign", lambda case: case.campaign_id),
    (Case, "member", lambda case: case.member_id),
    (Case, "beneficiary", lambda case: case.beneficiary_id),
    (Case, "follows", lambda case: case.pk),
    (Beneficiary, "member", lambda case: case.member_id),
    (Consent, "beneficiary", lambda case: case.beneficiary_id),
    (CaseFact, "case", lambda case: case.pk),
    (Attempt, "case", lambda case: case.pk),
    (Deadline, "case", lambda case: case.pk),
]


@pytest.mark.parametrize(("model", "link", "target"), LINKS, ids=[f"{m.__name__}.{name}" for m, name, _ in LINKS])
def test_a_row_cannot_name_another_associations(
    model: type[models.Model], link: str, target: Callable[[Case], int], ours: Case, theirs: Case
) -> None:
    changes: dict[str, Any] = {f"{link}_id": target(theirs)} | FREE.get(model, {})
    with scope.enter(ours.association_id):
        first = model._base_manager.order_by("pk").values_list("pk", flat=True)[0]

        refused(lambda: model._base_manager.filter(pk=first).update(**changes))


def test_an_event_cannot_be_written_to_another_associations_case(ours: Case, theirs: Case, now: datetime) -> None:
    own = {"association_id": ours.association_id, "subject": ours.subject, "kind": "note_added", "at": now}
    with scope.enter(ours.association_id):
        refused(lambda: CaseEvent.objects.create(case_id=theirs.pk, **own))


@pytest.mark.parametrize("model", [ApiToken, FactorReset])
def test_a_token_or_a_reset_cannot_name_another_associations_volunteer(
    model: type[models.Model], volunteer: Membership, stranger: Membership, now: datetime
) -> None:
    own: dict[str, Any] = {"association_id": volunteer.association_id, "expires_at": now}
    token = {"created_at": now, "subject": volunteer.user.subject, "token_hash": "x"}
    own |= token if model is ApiToken else {"asked_by": volunteer.user, "asked_at": now}
    with scope.enter(volunteer.association_id):
        refused(lambda: model._base_manager.create(membership_id=stranger.pk, **own))

        model._base_manager.create(membership_id=volunteer.pk, **own)
        connection.check_constraints()


def refused(change: Callable[[], object]) -> None:
    """The composite key refuses at the end of the transaction, where Django's own key has nothing to say."""

    @transaction.atomic
    def changed() -> None:
        assert change()
        connection.check_constraints()

    with pytest.raises(IntegrityError, match="_together"):
        changed()


def test_a_case_that_follows_none_is_let_through(ours: Case) -> None:
    with scope.enter(ours.association_id):
        assert Case.objects.filter(pk=ours.pk).update(follows=None) == 1
        connection.check_constraints()


CHANGES = {
    "an unchained line's words": "kind = 'shredded'",
    "its hour": "at = at + interval '1 hour'",
    "a place without a hash": "place = 1",
    "a hash without a place": "hash = 'abc'",
    "place and hash, and something more": "place = 1, hash = 'abc', payload = '{\"n\": 2}'",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.django_db(transaction=True)
def test_even_the_owner_changes_no_line_of_the_audit_log(change: str, volunteer: Membership, now: datetime) -> None:
    write(volunteer, at=now)

    with connect_as_owner() as owner:
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            owner.execute(f"UPDATE accounts_auditentry SET {change}".encode())
        assert owner.execute("SELECT place, hash, kind FROM accounts_auditentry").fetchall() == [(None, "", "invited")]


@pytest.mark.django_db(transaction=True)
def test_place_and_hash_are_filled_once_and_the_line_stays(volunteer: Membership, now: datetime) -> None:
    entry = write(volunteer, at=now)
    with scope.enter(volunteer.association_id):
        assert AuditEntry.objects.all().set_hashes({entry.pk: (1, "abc")}) == 1
        assert AuditEntry.objects.all().set_hashes({entry.pk: (2, "def")}) == 0
        assert AuditEntry.objects.all().set_hashes({}) == 0

    with connect_as_owner() as owner:
        for change in (
            "UPDATE accounts_auditentry SET place = 2, hash = 'def'",
            "UPDATE accounts_auditentry SET place = NULL, hash = ''",
            "DELETE FROM accounts_auditentry",
            "TRUNCATE accounts_auditentry",
        ):
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                owner.execute(change.encode())
        assert owner.execute("SELECT place, hash FROM accounts_auditentry").fetchall() == [(1, "abc")]


@pytest.mark.parametrize("brought", [{"place": 1, "hash": "abc"}, {"place": 2147483647}, {"hash": "abc"}])
def test_a_line_that_brings_its_place_or_hash_is_not_let_in(
    brought: dict[str, Any], ours: Case, volunteer: Membership, now: datetime
) -> None:
    own = {"association_id": ours.association_id, "at": now, "by": volunteer.user} | brought
    event = {"case": ours, "subject": ours.subject, "kind": EventKind.NOTE_ADDED}
    with scope.enter(ours.association_id):
        for write in (
            lambda: AuditEntry.objects.create(kind=AuditKind.SEARCHED, **own),
            lambda: CaseEvent.objects.create(**event, **own),
        ):
            with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic():
                write()
        AuditEntry.objects.create(kind=AuditKind.SEARCHED, **(own | {"place": None, "hash": ""}))


@pytest.fixture
def in_scope(ours: Case) -> Iterator[Case]:
    with scope.enter(ours.association_id):
        yield ours


@pytest.mark.parametrize(
    "change", ["UPDATE cases_caseevent SET kind = 'note_added'", "DELETE FROM cases_caseevent WHERE hash = ''"]
)
def test_the_application_has_no_right_to_change_an_event(change: str, in_scope: Case) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


def test_the_tick_still_chains_what_it_locks(in_scope: Case) -> None:
    unchained = CaseEvent.objects.all().unchained().count()

    assert unchained
    assert chain_events() == unchained
    assert not CaseEvent.objects.all().unchained().exists()
    assert CaseEvent.objects.filter(kind=EventKind.CASE_OPENED).get().place == 1


def write(membership: Membership, *, at: datetime) -> AuditEntry:
    with scope.enter(membership.association_id):
        return AuditEntry.objects.all().record(AuditKind.INVITED, at=at, by=membership.user)
