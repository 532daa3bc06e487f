"""What somebody was shown, they complete, confirm or throw away; a certain number stays hidden whatever they say."""

from datetime import timedelta
from typing import Any

import pytest

from accounts import scope
from tests.vault import services
from tests.vault.standin import CERTAIN, PROBABLE, Engine
from tests.vault.waiting import Counter
from vault import access, actions
from vault.actions import StaysHidden
from vault.models import Deposit, DepositState
from vault.rules.refusals import Code, Refused
from vault.rules.zones import BadZone, Mark, Zone

pytestmark = pytest.mark.django_db(transaction=True)
DRAWN = Zone.box(1, left=0.2, top=0.2, right=0.3, bottom=0.3)


@pytest.fixture
def shown(counter: Counter) -> Deposit:
    return counter.shown(b"one")


def choose(counter: Counter, deposit: Deposit, *, own: Any = (), places: Any = (), later: int = 0) -> bool:
    with scope.enter(counter.association.pk):
        return actions.choose(deposit, own=own, shown=places, at=counter.at + timedelta(minutes=later))


def confirm(counter: Counter, deposit: Deposit, *, later: int = 0) -> bool:
    with scope.enter(counter.association.pk):
        return actions.confirm(deposit, by=counter.by, at=counter.at + timedelta(minutes=later))


def discard(counter: Counter, deposit: Deposit) -> bool:
    with scope.enter(counter.association.pk):
        return actions.discard(deposit, at=counter.at)


def test_own_zones_and_shown_places_are_kept(counter: Counter, shown: Deposit) -> None:
    place = access.zones_of(shown).index(PROBABLE)

    assert choose(counter, shown, own=[DRAWN], places=[place])

    deposit = counter.again(shown)
    assert (access.own_zones_of(deposit), deposit.shown) == ((DRAWN,), [place])
    assert repr(DRAWN).encode() in access.page_after(deposit, 1)


@pytest.mark.parametrize("places", [[0], [1, 0], [2], [-1]])
def test_a_certain_place_stays_hidden(counter: Counter, shown: Deposit, places: list[int]) -> None:
    assert access.zones_of(shown)[0] == CERTAIN

    with pytest.raises(StaysHidden):
        choose(counter, shown, places=places)

    assert counter.again(shown).shown == []


@pytest.mark.parametrize(
    "zones",
    [
        [Zone.box(2, left=0, top=0, right=1, bottom=1)],
        [Zone(1, DRAWN.polygon, Mark.NIR, certain=False)],
        [DRAWN] * 201,
    ],
)
def test_only_zones_on_its_pages_are_drawn(counter: Counter, shown: Deposit, zones: list[Zone]) -> None:
    with pytest.raises(BadZone):
        choose(counter, shown, own=zones)


def test_what_is_confirmed_waits_for_the_worker_a_whole_day(counter: Counter, shown: Deposit) -> None:
    assert confirm(counter, shown)

    deposit = counter.again(shown)
    assert (deposit.is_sealing, deposit.awaits_person, deposit.confirmed_by) == (True, False, counter.by)
    assert deposit.expires_at == counter.at + timedelta(hours=24)


def test_the_worker_that_seals_is_woken(counter: Counter, shown: Deposit, pokes: list[str]) -> None:
    pokes.clear()

    confirm(counter, shown)

    assert pokes == ["cases.seal"]


def test_two_confirm_once(counter: Counter, shown: Deposit) -> None:
    again = counter.again(shown)

    assert [confirm(counter, shown), confirm(counter, again)] == [True, False]


def test_nothing_changes_once_it_is_confirmed(counter: Counter, shown: Deposit) -> None:
    confirm(counter, shown)

    assert (choose(counter, shown, own=[DRAWN]), discard(counter, shown)) == (False, False)
    assert counter.again(shown).own == []


@pytest.mark.parametrize("act", [choose, confirm])
def test_too_late_is_too_late(counter: Counter, shown: Deposit, act: Any) -> None:
    assert act(counter, shown, later=31) is False


@pytest.mark.parametrize("act", [choose, confirm])
def test_what_is_not_analysed_yet_is_nobodys_to_decide(counter: Counter, act: Any) -> None:
    assert act(counter, counter.send(b"one")) is False


def test_it_is_not_confirmed_where_its_key_cannot_be_kept(counter: Counter, shown: Deposit, settings: Any) -> None:
    settings.VAULT_SAS_URL = "redis://127.0.0.1:1/0"

    with pytest.raises(Refused) as refusal:
        confirm(counter, shown)

    assert refusal.value.code is Code.CLOSED
    assert counter.again(shown).awaits_person


def test_it_is_not_confirmed_once_its_key_is_gone(counter: Counter, shown: Deposit, settings: Any) -> None:
    with services.or_skip(), services.redis() as url:
        settings.VAULT_SAS_URL = url

        # The page catches it within the request, whose transaction ends well.
        with scope.enter(counter.association.pk), pytest.raises(Refused) as refusal:
            actions.confirm(shown, by=counter.by, at=counter.at)

    assert refusal.value.code is Code.EXPIRED
    assert counter.again(shown).state == DepositState.EXPIRED


def test_another_preview_than_the_one_that_was_looked_at_is_not_confirmed(counter: Counter, shown: Deposit) -> None:
    """A place was un-hidden in another tab after this request had read the row."""
    assert choose(counter, shown, places=[access.zones_of(shown).index(PROBABLE)])

    assert confirm(counter, shown) is False
    assert counter.again(shown).awaits_person
    assert choose(counter, shown, own=[DRAWN])
    assert confirm(counter, counter.again(shown))


@pytest.mark.parametrize("step", ["send", "shown"])
def test_what_is_thrown_away_is_gone(counter: Counter, engine: Engine, step: str) -> None:
    deposit = getattr(counter, step)(b"one")

    assert [discard(counter, deposit), discard(counter, deposit)] == [True, False]

    deposit = counter.again(deposit)
    assert (deposit.state, deposit.found, deposit.holds, bytes(deposit.wrapped)) == (
        DepositState.DESTROYED, [], False, b"",
    )  # fmt: skip
    assert counter.blobs() == []
    with pytest.raises(Refused) as refusal:
        access.page_before(deposit, 1)
    assert refusal.value.code is Code.EXPIRED
    assert actions.analyse_waiting(at=counter.at) == 0


def test_an_erased_case_takes_its_deposits_along(counter: Counter) -> None:
    """Confirmed ones too."""
    made = [counter.send(b"one"), counter.shown(b"two"), counter.confirmed(b"three")]

    with scope.enter(counter.association.pk):
        assert actions.forget(counter.subject, at=counter.at) == 3

    assert {counter.again(deposit).state for deposit in made} == {DepositState.DESTROYED}
    assert counter.blobs() == []
