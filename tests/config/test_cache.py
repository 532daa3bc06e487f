"""Without Redis the limits still hold, and no page fails."""

import socket
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest
from django.core.cache import caches
from redis.exceptions import ReadOnlyError

from config.cache import JsonSerializer, SturdyCache
from tests.people import HouseClient

DEAD = {
    "default": {
        "BACKEND": "config.cache.SturdyCache",
        "LOCATION": "redis://127.0.0.1:1/0",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}


@pytest.fixture
def dead(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[SturdyCache]:
    monkeypatch.setattr(SturdyCache, "_away_until", 0.0)
    settings.CACHES = DEAD
    yield cast(SturdyCache, caches["default"])
    caches["default"].clear()


def test_a_dead_redis_is_replaced_by_memory(dead: SturdyCache) -> None:
    assert dead.add("one", 1, 60)
    assert not dead.add("one", 2, 60)
    dead.set("list", [1.5, 2.5], 60)

    assert dead.get("one") == 1
    assert dead.incr("one") == 2
    assert dead.touch("list", 60)
    assert dead.get("list") == [1.5, 2.5]
    assert dead.delete("list")
    assert dead.get("list", "gone") == "gone"
    dead.clear()
    assert dead.get("one") is None


def test_a_dead_redis_is_asked_every_few_seconds_only(dead: SturdyCache, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refuse(*args: Any, **named: Any) -> None:
        asked.append("get")
        raise ReadOnlyError("no")

    monkeypatch.setattr(dead._redis, "get", refuse)
    for _ in range(5):
        dead.get("x")
    monkeypatch.setattr(SturdyCache, "_away_until", 0.0)
    dead.get("x")

    assert asked == ["get", "get"]


def test_a_redis_that_says_nothing_is_waited_for_once_and_for_two_seconds(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SturdyCache, "_away_until", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        location = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        settings.CACHES = {"default": {"BACKEND": DEAD["default"]["BACKEND"], "LOCATION": location}}
        began = time.monotonic()

        assert all(caches["default"].add(f"silent{number}", number, 60) for number in range(10))

        assert 2 <= time.monotonic() - began < 4
        assert [caches["default"].get(f"silent{number}") for number in range(10)] == list(range(10))
    caches["default"].clear()


def test_a_redis_that_answers_is_the_one_that_counts(dead: SturdyCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead._redis, "get", lambda key: f"from redis: {key}")

    assert dead.get("x") == "from redis: x"


def test_a_fault_of_ours_is_not_taken_for_redis(dead: SturdyCache, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise TypeError("ours")

    monkeypatch.setattr(dead._redis, "get", fail)

    with pytest.raises(TypeError):
        dead.get("x")


@pytest.mark.django_db
def test_signing_in_needs_no_redis(dead: SturdyCache) -> None:
    wrong = {"login": "inconnue@exemple.fr", "password": "une phrase qui ne va pas"}
    answers = [HouseClient().post("/compte/connexion/", wrong).status_code for _ in range(6)]
    asked = HouseClient().post("/espace/entrer/", {"who": "inconnue@exemple.fr"}).status_code

    assert answers == [422] * 5 + [429]
    assert asked == 302


@pytest.mark.parametrize("value", [1, True, 1.5, "x", None, [1.5, 2], {"a": [1]}])
def test_what_lies_in_redis_is_data(value: Any) -> None:
    kept = JsonSerializer().dumps(value)

    assert JsonSerializer().loads(kept if isinstance(kept, bytes) else str(kept).encode()) == value
