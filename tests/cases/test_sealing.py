"""From a confirmed deposit to a justificatif: all of it in one transaction, or none; nobody else reaches it before."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.http import Http404
from pytest_django import Settings

import vault.actions
from accounts import scope
from accounts.actions import rotate_keys
from accounts.fields import forget_keys
from accounts.models import Association, Membership
from cases import access, actions, tasks
from cases.models import Case, CaseEvent, Justificatif
from cases.rules.lifecycle import EventKind
from notifications.models import Notice
from tests import factories
from tests.config.processes import eventually
from tests.vault import standin
from tests.vault.conftest import pokes, store
from tests.vault.standin import Died, Engine
from vault.actions import leasing
from vault.box import store as files
from vault.models import Deposit, DepositState, SealedFile
from vault.rules.refusals import Code

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["pokes", "store"]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    return standin.install(monkeypatch)


@dataclass
class Desk:
    """A case that awaits its justificatif; `send` walks through the steps that the pages and the worker take."""

    case: Case
    by: Membership
    today: date
    at: datetime

    def confirmed(self, data: bytes = b"page", **told: Any) -> Deposit:
        given: dict[str, Any] = {
            "subject": self.case.subject,
            "label": "opposition",
            "token": uuid4(),
            "by": self.by.user,
        }
        with scope.enter(self.case.association_id):
            deposit = vault.actions.receive([data], at=self.at, **(given | told))
        vault.actions.analyse_waiting(at=self.at)
        with scope.enter(self.case.association_id):
            deposit.refresh_from_db()
            assert vault.actions.confirm(deposit, by=self.by.user, at=self.at)
        return deposit

    def seal(self, *, minutes: int = 0) -> int:
        return actions.seal_confirmed(today=self.today, at=self.at + timedelta(minutes=minutes))

    def again(self, deposit: Deposit) -> Deposit:
        with scope.enter(self.case.association_id):
            return Deposit.objects.select_related("sealed_file", "confirmed_by").get(pk=deposit.pk)

    def kept(self) -> list[Justificatif]:
        with scope.enter(self.case.association_id):
            return list(Justificatif.objects.select_related("sealed_file").order_by("pk"))


@pytest.fixture
def desk(volunteer: Membership, engine: Engine, today: date, now: datetime) -> Desk:
    campaign = factories.make_campaign(volunteer.association, today=today)
    case = factories.make_case(campaign, by=volunteer.user, today=today, at=now)
    return Desk(case, volunteer, today, now)


def blobs(store: Path) -> list[Path]:
    return sorted(path for path in store.rglob("*") if path.is_file())


def test_who_confirms_before_midnight_is_in_time_whenever_the_worker_comes(desk: Desk) -> None:
    desk.confirmed()

    actions.seal_confirmed(today=desk.today + timedelta(days=1), at=desk.at + timedelta(hours=20))

    [kept] = desk.kept()
    assert kept.received_on == desk.today


def test_what_was_confirmed_is_sealed(desk: Desk, store: Path) -> None:
    deposit = desk.confirmed()

    assert (desk.seal(), desk.seal()) == (1, 0)

    [one] = desk.kept()
    assert one.sealed_file is not None
    assert (one.kind, one.received_on, one.received_by) == ("opposition", desk.today, desk.by.user)
    assert one.hints == ["inattendu", "sans-date", "peu-lisible"]  # of the one word that the stand-in reads
    deposit = desk.again(deposit)
    assert (deposit.state, deposit.sealed_file, deposit.holds) == (DepositState.SEALED, one.sealed_file, False)
    assert blobs(store) == [store / one.sealed_file.stored_name]


def test_the_case_hears_of_it(desk: Desk, colleague: Membership) -> None:
    with scope.enter(desk.case.association_id):
        actions.assign(desk.case, to=colleague.user, today=desk.today, at=desk.at, by=desk.by.user)
    desk.confirmed()

    desk.seal()

    with scope.enter(desk.case.association_id):
        event = CaseEvent.objects.get(kind=EventKind.JUSTIFICATIF_RECEIVED)
        assert (event.by, event.payload["justificatif"]) == (desk.by.user, "opposition")
        assert Case.objects.get(pk=desk.case.pk).state == "awaiting"
        assert Notice.objects.filter(kind="justificatif_arrived").count() == 1


def test_whoever_brought_it_needs_no_mail(desk: Desk) -> None:
    with scope.enter(desk.case.association_id):
        actions.assign(desk.case, to=desk.by.user, today=desk.today, at=desk.at, by=desk.by.user)
    desk.confirmed()

    desk.seal()

    with scope.enter(desk.case.association_id):
        assert not Notice.objects.filter(kind="justificatif_arrived").exists()


def test_the_same_document_again_is_refused(desk: Desk) -> None:
    desk.confirmed()
    desk.seal()
    again = desk.confirmed()

    assert desk.seal() == 0

    again = desk.again(again)
    assert (again.state, again.code, len(desk.kept())) == (DepositState.REFUSED, Code.SEEN_BEFORE, 1)


def test_a_document_of_another_case_is_a_hint_and_no_verdict(desk: Desk) -> None:
    desk.confirmed()
    desk.seal()
    other = factories.make_case(desk.case.campaign, by=desk.by.user, today=desk.today, at=desk.at)
    desk.confirmed(subject=other.subject)

    assert desk.seal() == 1

    assert ["ailleurs" in one.hints for one in desk.kept()] == [False, True]


def test_a_number_that_is_still_seen_is_never_sealed(desk: Desk, store: Path) -> None:
    deposit = desk.confirmed(b"still-there")

    assert desk.seal() == 0

    deposit = desk.again(deposit)
    assert (deposit.state, deposit.code) == (DepositState.TO_REVIEW, Code.TO_REVIEW)
    assert (desk.kept(), blobs(store)) == ([], [])


def test_a_process_that_dies_while_rebuilding_loses_nothing(desk: Desk, engine: Engine) -> None:
    deposit = desk.confirmed()
    engine.dies_rebuilding = True
    with pytest.raises(Died):
        desk.seal()
    engine.dies_rebuilding = False
    assert desk.seal() == 0  # its lease runs still

    assert desk.seal(minutes=5) == 1
    assert desk.again(deposit).state == DepositState.SEALED


@pytest.mark.parametrize(
    "where",
    [
        "vault.actions.keep",  # nothing is written yet
        "cases.actions.justificatifs.settle",  # the blob and the rows are
        "vault.actions.mark_sealed",  # all but the last move
    ],
)
def test_a_process_that_dies_while_sealing_leaves_an_orphan_and_no_row(
    desk: Desk, store: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    deposit = desk.confirmed()

    def die(*_: Any, **__: Any) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(where, die)
        with pytest.raises(Died):
            desk.seal()
    assert desk.kept() == []
    with scope.enter(desk.case.association_id):
        assert not SealedFile.objects.exists()
        assert not CaseEvent.objects.filter(kind=EventKind.JUSTIFICATIF_RECEIVED).exists()

    assert desk.seal(minutes=5) == 1

    [one] = desk.kept()
    assert desk.again(deposit).sealed_file == one.sealed_file
    vault.actions.sweep_orphans(now=desk.at + timedelta(days=9000))
    assert one.sealed_file
    assert blobs(store) == [store / one.sealed_file.stored_name]


def test_what_fails_again_and_again_is_given_up_and_stops_no_other(
    desk: Desk, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = desk.confirmed(b"poison")
    good = desk.confirmed(b"good")
    rebuild = engine.rebuild

    def falls(analysis: Any, **told: Any) -> Any:
        if analysis.pages[0].picture == b"poison":
            raise RuntimeError("fell")
        return rebuild(analysis, **told)

    monkeypatch.setattr("vault.redaction.pipeline.rebuild", falls)

    assert [desk.seal(minutes=minutes) for minutes in range(22)] == [1, *[0] * 21]

    assert desk.again(good).state == DepositState.SEALED
    assert (desk.again(poison).state, desk.again(poison).code) == (DepositState.REFUSED, Code.ANALYSIS)


def test_a_full_disk_is_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    deposit = desk.confirmed()

    def full(*_: Any, **__: Any) -> None:
        raise vault.rules.refusals.Refused(Code.NO_ROOM)

    with monkeypatch.context() as patch:
        patch.setattr("vault.actions.keep", full)
        for minutes in (0, 2, 4):
            assert desk.seal(minutes=minutes) == 0
    assert desk.again(deposit).is_sealing

    assert desk.seal(minutes=6) == 1


def test_a_worker_that_knows_only_the_key_from_before_a_rotation_destroys_nothing(
    desk: Desk, store: Path, settings: Settings
) -> None:
    """It was not restarted: the document waits for one that knows the new key."""
    old, new = str(settings.VAULT_KEKS), "2027:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
    deposit = desk.confirmed()
    settings.VAULT_KEKS = f"{new},{old}"
    list(rotate_keys(at=desk.at))

    for minutes in (0, 2, 4, 6):
        settings.VAULT_KEKS = old
        forget_keys()
        assert desk.seal(minutes=minutes) == 0
    settings.VAULT_KEKS = new
    forget_keys()

    assert desk.again(deposit).is_sealing
    assert len(blobs(store)) > 0
    assert desk.seal(minutes=8) == 1


def test_a_case_that_was_closed_meanwhile_takes_nothing(desk: Desk, store: Path) -> None:
    deposit = desk.confirmed()
    with scope.enter(desk.case.association_id):
        actions.close_case(desk.case, outcome="opposed", today=desk.today, at=desk.at, by=desk.by.user)

    assert desk.seal() == 0

    ended = desk.again(deposit)
    assert (ended.state, ended.code) == (DepositState.REFUSED, Code.CLOSED_MEANWHILE)
    assert blobs(store) == []


def test_what_was_confirmed_and_cannot_be_opened_any_more_says_that_it_was_confirmed(desk: Desk, store: Path) -> None:
    deposit = desk.confirmed()
    for blob in blobs(store):
        blob.unlink()

    assert desk.seal() == 0

    ended = desk.again(deposit)
    assert (ended.state, ended.code) == (DepositState.EXPIRED, Code.NOT_SEALED)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="its one writer seals: nobody renews, nor takes it up")
def test_the_lease_is_renewed_while_the_sealed_file_is_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow bucket outlives a lease."""
    deposit = desk.confirmed()
    monkeypatch.setattr(leasing, "RENEWED_EVERY", 0.05)
    write, leases = files.write, list[datetime | None]()

    def lease() -> datetime | None:
        try:
            return desk.again(deposit).lease_until
        finally:
            connections.close_all()

    def slow(name: str, pieces: Iterable[bytes]) -> str:
        with ThreadPoolExecutor(1) as other:
            leases.append(other.submit(lease).result())
            eventually(lambda: other.submit(lease).result() != leases[0], what="the lease is renewed")
        return write(name, pieces)

    monkeypatch.setattr(files, "write", slow)

    assert desk.seal() == 1
    assert len(leases) == 1


def test_an_erased_case_takes_its_deposits_along(desk: Desk, store: Path) -> None:
    deposit = desk.confirmed()

    with scope.enter(desk.case.association_id):
        actions.erase_case(desk.case, today=desk.today, at=desk.at, by=desk.by.user)

    assert (desk.seal(), desk.again(deposit).state) == (0, DepositState.DESTROYED)
    assert blobs(store) == []


def test_an_erased_case_leaves_nothing_to_compare_with(desk: Desk) -> None:
    desk.confirmed()
    desk.seal()

    with scope.enter(desk.case.association_id):
        actions.erase_case(desk.case, today=desk.today, at=desk.at, by=desk.by.user)
        assert list(SealedFile.objects.values_list("pixels", flat=True)) == [""]


def test_two_workers_seal_it_once(desk: Desk) -> None:
    """The second took it up when the lease of the first had run out; the first comes back."""
    desk.confirmed()
    with scope.enter(desk.case.association_id):
        first = vault.actions.claim_confirmed(at=desk.at)
    assert first is not None
    rebuilt = vault.actions.rebuild(first)
    assert desk.seal(minutes=5) == 1

    with scope.enter(desk.case.association_id), pytest.raises((vault.actions.LeaseLost, actions.AlreadyDone)):
        actions.justificatifs._seal(first, rebuilt, today=desk.today, at=desk.at)

    assert len(desk.kept()) == 1


def test_the_task_seals(desk: Desk, clock: object) -> None:
    desk.confirmed()

    assert tasks.seal() == 1


class TestWhoReachesADeposit:
    def test_whoever_sent_it(self, desk: Desk) -> None:
        deposit = desk.confirmed()

        with scope.enter(desk.case.association_id):
            assert access.deposit_for(desk.case, deposit.pk, by=desk.by.user) == deposit

    def test_nobody_else_not_even_who_works_on_the_case(self, desk: Desk, colleague: Membership) -> None:
        deposit = desk.confirmed()

        with scope.enter(desk.case.association_id), pytest.raises(Http404):
            access.deposit_for(desk.case, deposit.pk, by=colleague.user)

    def test_not_through_another_case(self, desk: Desk) -> None:
        deposit = desk.confirmed()
        other = factories.make_case(desk.case.campaign, by=desk.by.user, today=desk.today, at=desk.at)

        with scope.enter(other.association_id), pytest.raises(Http404):
            access.deposit_for(other, deposit.pk, by=desk.by.user)

    def test_not_from_another_association(self, desk: Desk, other_association: Association) -> None:
        deposit = desk.confirmed()

        with scope.enter(other_association.pk), pytest.raises(Http404):
            access.deposit_for(desk.case, deposit.pk, by=desk.by.user)


def test_a_justificatif_whose_file_was_destroyed_gives_none(desk: Desk) -> None:
    desk.confirmed()
    desk.seal()
    [one] = desk.kept()
    assert access.file_of(one) == one.sealed_file

    one.sealed_file = None

    with pytest.raises(Http404):
        access.file_of(one)
