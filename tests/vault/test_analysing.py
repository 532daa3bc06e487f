"""The worker takes what waits: rows are the queue, each is tried twice at most, and none stops the others."""

from datetime import timedelta

import pytest
from django.db import connection, connections

from accounts import scope
from accounts.models import Association
from tests import factories
from tests.config.processes import eventually
from tests.vault.standin import CERTAIN, PROBABLE, Died, Engine
from tests.vault.waiting import Counter
from vault import access, actions, tasks
from vault.actions import Run, analysing, leasing
from vault.box import antivirus
from vault.box.antechamber import ANALYSIS
from vault.box.antivirus import Verdict
from vault.models import DepositState
from vault.rules.refusals import Code

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_analysed_is_shown(counter: Counter) -> None:
    deposit = counter.shown(b"one", b"two")

    assert (deposit.state, deposit.pages, deposit.tries) == (DepositState.TO_CONFIRM, 2, 0)
    assert access.zones_of(deposit) == (CERTAIN, PROBABLE)
    assert access.page_before(deposit, 2).endswith(b"two")
    assert access.page_after(deposit, 1).startswith(b"\xff\xd8\xff")
    assert counter.at + timedelta(minutes=30) <= deposit.expires_at < counter.at + timedelta(minutes=31)
    for number in (0, 3):
        with pytest.raises(IndexError):
            access.page_before(deposit, number)


def test_its_pages_lie_sealed(counter: Counter) -> None:
    counter.shown(b"Zq-une-page")

    assert len(counter.blobs()) == 2
    assert [path for path in counter.blobs() if b"Zq-une-page" in path.read_bytes()] == []


@pytest.mark.parametrize("code", [Code.KIND, Code.LOCKED, Code.TOO_MANY_PAGES, Code.UNREADABLE])
def test_a_verdict_ends_it_at_once(counter: Counter, engine: Engine, code: Code) -> None:
    deposit = counter.shown(b"refuse:" + code.encode())

    assert (deposit.state, deposit.code, len(engine.analysed)) == (DepositState.REFUSED, code, 1)


def test_what_cannot_be_cleaned_for_certain_is_to_be_looked_at_again(counter: Counter) -> None:
    deposit = counter.shown(b"refuse:a-revoir")

    assert (deposit.state, deposit.code) == (DepositState.TO_REVIEW, Code.TO_REVIEW)


def test_what_ended_leaves_nothing_but_its_row(counter: Counter) -> None:
    deposit = counter.shown(b"refuse:type")

    assert (deposit.holds, bytes(deposit.wrapped), deposit.pieces) == (False, b"", [])
    assert counter.blobs() == []
    assert not (counter.store / deposit.folder).exists()


def test_a_box_that_falls_is_tried_once_more(counter: Counter, engine: Engine) -> None:
    deposit = counter.shown(b"crash")

    assert (deposit.state, deposit.code, len(engine.analysed)) == (DepositState.REFUSED, Code.ANALYSIS, 2)
    assert counter.blobs() == []


def test_a_process_that_dies_leaves_the_row_to_the_next(counter: Counter, engine: Engine) -> None:
    deposit = counter.send(b"die")
    with pytest.raises(Died):
        actions.analyse_waiting(at=counter.at)
    assert counter.again(deposit).state == DepositState.ANALYSING
    assert actions.analyse_waiting(at=counter.at + timedelta(seconds=30)) == 0  # its lease runs still

    with pytest.raises(Died):
        actions.analyse_waiting(at=counter.at + timedelta(minutes=5))
    assert actions.analyse_waiting(at=counter.at + timedelta(minutes=10)) == 0

    deposit = counter.again(deposit)
    assert (deposit.state, deposit.code, len(engine.analysed)) == (DepositState.REFUSED, Code.ANALYSIS, 2)
    assert counter.blobs() == []


def test_a_poison_file_stops_no_other(counter: Counter) -> None:
    poison, good = counter.send(b"crash"), counter.send(b"good")

    actions.analyse_waiting(at=counter.at)

    assert counter.again(poison).state == DepositState.REFUSED
    assert counter.again(good).state == DepositState.TO_CONFIRM


def test_one_persons_files_hold_one_worker(counter: Counter) -> None:
    """While the first is under analysis, a second worker takes somebody else's, though it came later."""
    for _ in range(3):
        counter.send(b"slow")
    other = counter.send(b"other", by=factories.make_user(password=None), at=counter.at + timedelta(seconds=1))
    run = Run(counter.at + timedelta(seconds=2))

    with scope.enter(counter.association.pk):
        analysing._claim(run)
        claimed = analysing._claim(run)
        assert claimed is not None
        assert (claimed.pk, analysing._claim(run)) == (other.pk, None)


def test_a_row_is_taken_by_one_worker(counter: Counter) -> None:
    counter.send(b"one")
    run = Run(counter.at)

    with scope.enter(counter.association.pk):
        assert [bool(analysing._claim(run)), bool(analysing._claim(run))] == [True, False]


def test_every_association_has_its_turn(counter: Counter, other_association: Association, engine: Engine) -> None:
    there = Counter.open(other_association, counter.by, at=counter.at, store=counter.store)
    for _ in range(3):
        counter.send(b"here")
    there.send(b"there")

    assert actions.analyse_waiting(at=counter.at) == 4

    assert b"there" in engine.analysed[:2]


def test_what_was_destroyed_meanwhile_is_not_shown(counter: Counter, engine: Engine) -> None:
    deposit = counter.send(b"one")
    analyse = engine.analyse

    def destroyed_meanwhile(parts: list[bytes], walls: str = "") -> object:
        with scope.enter(counter.association.pk):
            actions.discard(counter.again(deposit), at=counter.at)
        return analyse(parts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vault.redaction.pipeline.analyse", destroyed_meanwhile)
        actions.analyse_waiting(at=counter.at)

    assert counter.again(deposit).state == DepositState.DESTROYED
    actions.sweep_orphans(now=counter.at + timedelta(days=9000))
    assert counter.blobs() == []


def test_a_key_that_went_ends_it_as_expired(counter: Counter) -> None:
    deposit = counter.send(b"one")
    for blob in counter.blobs():
        blob.unlink()

    actions.analyse_waiting(at=counter.at)

    deposit = counter.again(deposit)
    assert (deposit.state, deposit.code) == (DepositState.EXPIRED, Code.NOT_ANALYSED)


class TestAScanner:
    def test_what_it_finds_is_refused_unread(
        self, counter: Counter, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(antivirus, "scan", {b"one": Verdict.CLEAN, b"bad": Verdict.INFECTED}.get)

        deposit = counter.shown(b"one", b"bad")

        assert (deposit.state, deposit.code, engine.analysed) == (DepositState.REFUSED, Code.VIRUS, [])

    def test_one_that_is_away_is_waited_for(
        self, counter: Counter, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(antivirus, "scan", lambda _: Verdict.UNAVAILABLE)
        deposit = counter.shown(b"one")
        assert (deposit.state, deposit.code, deposit.tries) == (DepositState.RECEIVED, Code.ANTIVIRUS_AWAY, 0)
        assert actions.analyse_waiting(at=counter.at + timedelta(seconds=10)) == 0  # not at once

        monkeypatch.setattr(antivirus, "scan", lambda _: Verdict.CLEAN)
        actions.analyse_waiting(at=counter.at + timedelta(minutes=1))

        deposit = counter.again(deposit)
        assert (deposit.state, deposit.code) == (DepositState.TO_CONFIRM, "")

    def test_one_that_stays_away_lets_nothing_pass(
        self, counter: Counter, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(antivirus, "scan", lambda _: Verdict.UNAVAILABLE)
        deposit = counter.send(b"one")
        for minutes in range(0, 40, 5):
            actions.analyse_waiting(at=counter.at + timedelta(minutes=minutes))

        actions.sweep(at=counter.at + timedelta(minutes=40))

        deposit = counter.again(deposit)
        assert (deposit.state, deposit.code) == (DepositState.EXPIRED, Code.ANTIVIRUS_AWAY)
        assert (engine.analysed, counter.blobs()) == ([], [])


def test_the_task_drains_what_waits(counter: Counter, clock: object) -> None:
    counter.send(b"one")

    assert tasks.analyse() == 1
    assert connection.in_atomic_block is False


def test_a_lease_is_renewed_while_somebody_works(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """So it may be short, and a dead process is soon known."""
    counter.send(b"one")
    run = Run(counter.at)
    with scope.enter(counter.association.pk):
        deposit = analysing._claim(run)
    assert deposit is not None
    monkeypatch.setattr(leasing, "RENEWED_EVERY", 0.05)

    with actions.held(deposit, run):
        eventually(lambda: counter.again(deposit).lease_until != deposit.lease_until, what="the lease is renewed")

    renewed = counter.again(deposit).lease_until
    assert renewed is not None
    assert renewed > counter.at + timedelta(seconds=40)


def test_a_lost_lease_is_not_taken_back(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    counter.send(b"one")
    run = Run(counter.at)
    with scope.enter(counter.association.pk):
        deposit = analysing._claim(run)
    assert deposit is not None
    taken = counter.change(deposit, tries=2)
    monkeypatch.setattr(leasing, "RENEWED_EVERY", 0.01)
    renewals: list[object] = []
    close_all = connections.close_all
    monkeypatch.setattr(connections, "close_all", lambda: renewals.append(close_all()))

    with actions.held(deposit, run):
        eventually(lambda: len(renewals) > 2, what="it tried to")

    assert counter.again(deposit).lease_until == taken.lease_until


def test_whoever_lost_the_lease_does_not_write_over_the_pages_of_the_other(counter: Counter, engine: Engine) -> None:
    deposit = counter.send(b"one")
    analyse, others = engine.analyse, list[bytes]()

    def taken_meanwhile(parts: list[bytes], walls: str = "") -> object:
        """Once: the lease runs out, and another process shows what it made of the file."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("vault.redaction.pipeline.analyse", analyse)
            actions.analyse_waiting(at=counter.at + timedelta(minutes=5))
        others.extend(blob.read_bytes() for blob in counter.blobs() if blob.name == ANALYSIS)
        return analyse([b"of the one who is late"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vault.redaction.pipeline.analyse", taken_meanwhile)
        actions.analyse_waiting(at=counter.at)

    assert counter.again(deposit).state == DepositState.TO_CONFIRM
    assert [blob.read_bytes() for blob in counter.blobs() if blob.name == ANALYSIS] == others
    assert len(others) == 1


def test_a_document_whose_pages_weigh_too_much_is_refused_before_they_are_written(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysing, "MOST_BYTES", 100)

    deposit = counter.shown(b"x" * 101)

    assert (deposit.state, deposit.code) == (DepositState.REFUSED, Code.TOO_LONG)
    assert counter.blobs() == []
