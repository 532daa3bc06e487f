"""The antechamber's keys, in a real Redis or under the passing key; and the check that none of it reaches a disk."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import redis

from tests.vault import services
from vault import checks
from vault.box import keys
from vault.box.keys import KeyGone, KeysAway, KeyStore, RedisKeys, WrappedKeys

HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with services.or_skip(), services.redis() as running:
        yield running


@pytest.fixture(params=["redis", "wrapped"])
def store(request: pytest.FixtureRequest) -> KeyStore:
    if request.param == "wrapped":
        return WrappedKeys(secrets.token_bytes(32))
    return RedisKeys(request.getfixturevalue("url"))


def test_a_key_comes_back_for_its_deposit_alone(store: KeyStore) -> None:
    one, other, key = uuid4(), uuid4(), secrets.token_bytes(32)

    kept = store.put(one, key, lasts=HALF_AN_HOUR)

    assert store.fetch(one, kept=kept) == key
    assert key not in kept
    with pytest.raises(KeyGone):
        store.fetch(other, kept=kept)


def test_a_destroyed_key_is_gone_and_destroying_it_again_does_no_harm(store: KeyStore) -> None:
    file_id = uuid4()
    store.put(file_id, secrets.token_bytes(32), lasts=HALF_AN_HOUR)

    store.destroy(file_id)
    store.destroy(file_id)

    with pytest.raises(KeyGone):
        store.fetch(file_id, kept=b"")


def test_in_redis_it_runs_out_unless_it_is_renewed(url: str) -> None:
    file_id, store = uuid4(), RedisKeys(url)
    store.put(file_id, secrets.token_bytes(32), lasts=HALF_AN_HOUR)

    with redis.Redis.from_url(url) as server:
        assert 1700 < server.ttl(f"sas:{file_id.hex}") <= 1800
        store.renew(file_id, lasts=timedelta(hours=24))
        assert 86_000 < server.ttl(f"sas:{file_id.hex}") <= 86_400


def test_a_key_that_ran_out_in_redis_is_not_renewed(url: str) -> None:
    with pytest.raises(KeyGone):
        RedisKeys(url).renew(uuid4(), lasts=HALF_AN_HOUR)


def test_a_redis_that_is_away_is_told_apart_from_a_key_that_is_gone() -> None:
    away = RedisKeys("redis://127.0.0.1:1/0")

    for ask in (
        lambda: away.put(uuid4(), b"k", lasts=HALF_AN_HOUR),
        lambda: away.fetch(uuid4(), kept=b""),
        lambda: away.renew(uuid4(), lasts=HALF_AN_HOUR),
        lambda: away.destroy(uuid4()),
    ):
        with pytest.raises(KeysAway):
            ask()


def test_what_the_settings_name_is_used(settings: Any, url: str) -> None:
    settings.VAULT_SAS_URL = url
    assert isinstance(keys.store(), RedisKeys)
    settings.VAULT_SAS_URL = ""
    assert isinstance(keys.store(), WrappedKeys)
    assert keys.store() is keys.store()


class TestTheCheck:
    @pytest.fixture(autouse=True)
    def _open(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.VAULT_UPLOADS = True
        monkeypatch.setattr("vault.redaction.pipeline.missing", lambda _: None)

    def told(self) -> list[str]:
        return [str(one.id) for one in checks.refuse_unsafe_vault(None)]

    def test_a_redis_that_writes_nothing_passes(self, settings: Any, url: str) -> None:
        settings.VAULT_SAS_URL = url

        assert self.told() == []

    @pytest.mark.parametrize("persistence", [("--save", "60 1"), ("--appendonly", "yes")])
    def test_one_that_writes_is_refused(self, settings: Any, persistence: tuple[str, str]) -> None:
        with services.or_skip(), services.redis(*persistence) as settings.VAULT_SAS_URL:
            assert self.told() == ["opposable.E015"]

    def test_one_that_will_not_say_is_refused(self, settings: Any) -> None:
        with services.or_skip(), services.redis("--rename-command", "CONFIG", "") as settings.VAULT_SAS_URL:
            assert self.told() == ["opposable.E015"]

    def test_one_that_is_away_is_a_warning(self, settings: Any) -> None:
        settings.VAULT_SAS_URL = "redis://127.0.0.1:1/0"

        assert self.told() == ["opposable.W001"]

    def test_no_place_for_keys_is_refused(self, settings: Any) -> None:
        settings.VAULT_SAS_URL = settings.VAULT_SAS_KEY = ""

        assert self.told() == ["opposable.E014"]

    def test_no_box_is_refused_while_the_door_is_open(
        self, settings: Any, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.VAULT_SAS_URL = url
        monkeypatch.setattr("vault.redaction.pipeline.missing", lambda _: "bubblewrap is not installed")
        assert self.told() == ["opposable.E013"]

        settings.VAULT_UPLOADS = False

        assert self.told() == []
