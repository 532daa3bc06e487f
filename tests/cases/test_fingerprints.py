"""The fingerprint of a file that stays with its owner: recorded, checked, and of no use without the salt."""

import hashlib
from datetime import date, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Membership
from cases import actions
from cases.actions import AlreadyDone
from cases.models import Case, CaseEvent, Deadline, EvidenceLeaf, Justificatif
from cases.rules.fingerprints import fingerprint_of, salts_in
from cases.rules.lifecycle import EventKind, Impossible, State
from tests import factories
from tests.cases.conftest import OpenOne

PRINT = "ab" * 32
salts = st.binary(min_size=32, max_size=32)


@given(salts, st.lists(st.binary(max_size=40), max_size=5))
def test_a_fingerprint_is_the_hash_of_salt_and_file(salt: bytes, pieces: list[bytes]) -> None:
    assert fingerprint_of(pieces, salt=salt) == hashlib.sha256(salt + b"".join(pieces)).hexdigest()


@given(salts, st.integers(1, 32))
def test_a_salt_is_read_however_it_was_copied(salt: bytes, size: int) -> None:
    told = salt.hex()
    groups = [told[at : at + size] for at in range(0, 64, size)]

    for typed in (told, told.upper(), " ".join(groups), f"  {'-'.join(groups)}\n"):
        assert salts_in(typed) == [salt]


@given(salts, salts)
def test_a_salt_is_found_in_a_whole_receipt(salt: bytes, other: bytes) -> None:
    receipt = f"Empreinte : {other.hex()}\nSel : {salt.hex()}\nDossier : BADU-KEVI-TOR, 23 novembre 2026"

    assert salt in salts_in(receipt)


@pytest.mark.parametrize("typed", ["", "ab", "g" * 64, "a" * 63, "a" * 65, "a" * 128])
def test_what_is_no_salt_is_none(typed: str) -> None:
    assert salts_in(typed) == []


@pytest.fixture
def case(db: None, open_one: OpenOne) -> Case:
    return open_one()


def record(case: Case, by: Membership, today: date, at: datetime, **more: object) -> Justificatif:
    asked = {"fingerprint": PRINT, "kind": "opposition", "token": uuid4()} | more
    return actions.record_fingerprint(case, today=today, at=at, by=by.user, **asked)  # type: ignore[arg-type]  # handed on


def test_it_counts_as_received_and_the_journal_holds_it(
    case: Case, in_scope: Membership, today: date, now: datetime
) -> None:
    found = record(case, in_scope, today, now)

    event = CaseEvent.objects.get(kind=EventKind.JUSTIFICATIF_RECEIVED)
    assert event.payload == {"justificatif": "opposition", "fingerprint": PRINT}
    assert (found.fingerprint, found.sealed_file, found.accepted) == (PRINT, None, None)
    case.refresh_from_db()
    assert (case.state, case.reason) == (State.AWAITING, "check")


def test_accepting_it_meets_the_deadline(case: Case, in_scope: Membership, today: date, now: datetime) -> None:
    factories.make_attempt(case, by=in_scope.user, today=today, at=now)
    found = record(case, in_scope, today, now)

    assert actions.check_justificatif(found, accepted=True, today=today, at=now, by=in_scope.user)

    assert Deadline.objects.filter(case=case, bound="addressee", met_on=today).exists()


def test_the_same_form_twice_is_one(case: Case, in_scope: Membership, today: date, now: datetime) -> None:
    token = uuid4()

    first, second = (record(case, in_scope, today, now, token=token) for _ in range(2))

    assert first == second
    assert Justificatif.objects.count() == 1
    with pytest.raises(AlreadyDone):
        record(case, in_scope, today, now, token=token, fingerprint="cd" * 32)


def test_the_form_of_another_case_gives_nothing_of_it(
    case: Case, open_one: OpenOne, in_scope: Membership, today: date, now: datetime
) -> None:
    token = uuid4()
    record(case, in_scope, today, now, token=token)

    with pytest.raises(AlreadyDone):
        record(open_one(), in_scope, today, now, token=token)


def test_a_closed_case_takes_none(case: Case, in_scope: Membership, today: date, now: datetime) -> None:
    actions.close_case(case, outcome="opposed", today=today, at=now, by=in_scope.user)

    with pytest.raises(Impossible):
        record(case, in_scope, today, now)


@pytest.mark.parametrize("wrong", ["ab", "AB" * 32, "zz" * 32, "ab" * 31])
def test_the_database_refuses_what_is_no_fingerprint(
    case: Case, in_scope: Membership, today: date, now: datetime, wrong: str
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        record(case, in_scope, today, now, fingerprint=wrong)


def test_a_file_and_a_fingerprint_exclude_each_other(
    case: Case, in_scope: Membership, today: date, now: datetime
) -> None:
    kept = factories.make_justificatif(case, by=in_scope.user, today=today, at=now)

    with pytest.raises(IntegrityError), transaction.atomic():
        Justificatif.objects.filter(pk=kept.pk).update(fingerprint=PRINT)


def test_a_root_covers_it_too(case: Case, in_scope: Membership, today: date, now: datetime) -> None:
    found = record(case, in_scope, today, now)

    actions.root_all(today=today, at=now)

    assert EvidenceLeaf.objects.get(justificatif=found).content == ["fingerprint", case.pk, found.pk, PRINT]


def test_an_erased_case_keeps_a_fingerprint_that_leads_to_nobody(
    case: Case, in_scope: Membership, today: date, now: datetime
) -> None:
    found = record(case, in_scope, today, now)

    actions.erase_case(case, today=today, at=now, by=None)

    assert Justificatif.objects.get(pk=found.pk).fingerprint == PRINT
