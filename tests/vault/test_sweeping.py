"""What ran out, and what dead processes left: the sweep finds it, however often and wherever it died itself."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts import scope
from tests.vault.standin import Died
from tests.vault.waiting import Counter
from vault import access, actions
from vault.actions import Sweep
from vault.actions import antechamber as shared
from vault.box import antechamber, keys, store
from vault.models import Deposit, DepositState
from vault.rules.refusals import Code

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("step", "why"), [("send", Code.NOT_ANALYSED), ("shown", Code.EXPIRED)])
def test_what_nobody_confirmed_is_destroyed_after_half_an_hour(counter: Counter, step: str, why: Code) -> None:
    deposit = getattr(counter, step)(b"one")
    assert actions.sweep(at=counter.at + timedelta(minutes=29)) == Sweep()

    assert actions.sweep(at=counter.at + timedelta(minutes=31)).expired == 1

    deposit = counter.again(deposit)
    assert (deposit.state, deposit.code, deposit.holds) == (DepositState.EXPIRED, why, False)
    assert counter.blobs() == []


def test_what_is_confirmed_outlives_the_half_hour(counter: Counter) -> None:
    deposit = counter.confirmed(b"one")

    assert actions.sweep(at=counter.at + timedelta(hours=23)) == Sweep()
    assert counter.again(deposit).is_sealing
    assert actions.sweep(at=counter.at + timedelta(hours=25)).expired == 1
    assert counter.again(deposit).code == Code.NOT_SEALED


def test_a_suspended_associations_deposits_run_out_too(counter: Counter) -> None:
    counter.send(b"one")
    counter.association.is_active = False
    counter.association.save(update_fields=["is_active"])

    assert actions.sweep(at=counter.at + timedelta(minutes=31)).expired == 1


@pytest.mark.parametrize("place", ["before the key", "after the key", "after the blobs"])
def test_a_process_that_dies_while_emptying_is_finished_by_the_sweep(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    deposit = counter.send(b"one")

    def die(*_: Any, **__: Any) -> None:
        raise Died

    with monkeypatch.context() as patch:
        if place == "before the key":
            patch.setattr(shared, "shred", die)
        elif place == "after the key":
            patch.setattr(antechamber, "empty", die)
        else:
            patch.setattr(store, "remove_folder", die)
        with pytest.raises(Died), scope.enter(counter.association.pk):
            actions.discard(deposit, at=counter.at)
    assert counter.again(deposit).holds

    assert actions.sweep(at=counter.at).emptied == 1

    assert (counter.again(deposit).holds, counter.blobs()) == (False, [])


def test_keys_that_are_away_are_destroyed_later(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    deposit = counter.send(b"one")
    with monkeypatch.context() as patch:
        patch.setattr(type(keys.store()), "destroy", away)
        with scope.enter(counter.association.pk):
            actions.discard(deposit, at=counter.at)
        assert actions.sweep(at=counter.at).emptied == 0
        assert counter.blobs()

    assert actions.sweep(at=counter.at).emptied == 1
    assert counter.blobs() == []


def away(*_: Any) -> None:
    raise keys.KeysAway("ConnectionError")


def test_rows_leave_a_week_after_they_ended(counter: Counter) -> None:
    deposit = counter.send(b"one")
    with scope.enter(counter.association.pk):
        actions.discard(deposit, at=counter.at)

    assert actions.sweep(at=counter.at + timedelta(days=6)).purged == 0
    assert actions.sweep(at=counter.at + timedelta(days=8)).purged == 1


def test_blobs_whose_row_never_came_go_after_a_day(counter: Counter) -> None:
    """A web process died between the blob and the row: noise, since nobody has the key."""
    kept, lost = counter.send(b"kept"), counter.send(b"lost")
    with scope.enter(counter.association.pk):
        Deposit.objects.filter(pk=lost.pk).delete()
    written = as_of(counter.store / lost.folder, 0)

    assert actions.sweep_orphans(now=written + timedelta(hours=23)) == 0
    assert actions.sweep_orphans(now=written + timedelta(hours=25)) == 1

    assert {path.parent for path in counter.blobs()} == {counter.store / kept.folder}


def as_of(folder: Path, age: float) -> Any:
    """The folder's blobs, written so many seconds ago; gives the instant of now."""
    now = timezone.now()
    for path in folder.iterdir():
        os.utime(path, (now.timestamp() - age, now.timestamp() - age))
    return now


def test_deposits_are_no_orphans_to_who_verifies(counter: Counter) -> None:
    counter.shown(b"one")

    assert access.verify().orphans == 0


def test_doing_it_twice_changes_nothing(counter: Counter) -> None:
    counter.send(b"one")
    later = counter.at + timedelta(minutes=31)

    assert [actions.sweep(at=later).expired, actions.sweep(at=later).expired] == [1, 0]
