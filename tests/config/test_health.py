"""Probes: who may ask, and what they say when something fails. No secret, no name, no word of an error."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Association
from config import health, metrics
from config.health import Found
from tests.cluster import free_port

TOKEN = "zq" + "t0k3n" * 6
INSIDE = ("/readyz", "/metrics")
OTHER = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
def in_production(settings: Settings) -> Settings:
    """As behind a proxy with TLS: plain requests are sent on to https, and one name is known."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.ALLOWED_HOSTS = ["opposable.example"]
    return settings


def from_afar(**more: Any) -> Client:
    """What a proxy on this machine hands on."""
    told: dict[str, Any] = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "opposable.example"}
    return Client(**(told | {"HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_X_FORWARDED_PROTO": "https"} | more))


def said(client: Client, address: str = "/readyz") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.get(address).content)
    return found


def test_the_process_answers_without_the_database(in_production: Settings) -> None:
    """No database is allowed in this test."""
    for client in (Client(), from_afar(), Client(HTTP_HOST="10.0.0.7:8000", REMOTE_ADDR="10.0.0.3")):
        answer = client.get("/healthz")
        assert (answer.status_code, answer.content) == (200, b'{"status": "ok"}')
        assert not answer.cookies


@pytest.mark.django_db
@pytest.mark.parametrize("address", INSIDE)
def test_a_program_of_this_machine_is_answered_whatever_name_it_uses(in_production: Settings, address: str) -> None:
    for remote in ("127.0.0.1", "127.8.8.8", "::1"):
        for host in ("localhost:8000", "127.0.0.1:8000", "nowhere.invalid"):
            assert Client(REMOTE_ADDR=remote, HTTP_HOST=host).get(address).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("address", INSIDE)
@pytest.mark.parametrize(
    "told",
    [
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_FORWARDED_FOR": ""},
        {"HTTP_X_FORWARDED_FOR": "::1, 127.0.0.1"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_VIA": "1.1 Caddy"},
    ],
)
def test_what_a_proxy_hands_on_comes_from_outside_whatever_it_says(
    in_production: Settings, address: str, told: dict[str, str]
) -> None:
    alone: dict[str, Any] = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "opposable.example"}

    assert Client(**(alone | told)).get(address, secure=True).status_code in {301, 404}
    assert from_afar(**told).get(address).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("address", INSIDE)
@pytest.mark.parametrize("remote", ["203.0.113.9", "10.0.0.3", "", "nonsense", "0.0.0.0", "::ffff:10.0.0.3"])
def test_another_machine_gets_what_an_unknown_page_gives(in_production: Settings, address: str, remote: str) -> None:
    elsewhere = from_afar(REMOTE_ADDR=remote)

    answer, nowhere = elsewhere.get(address), elsewhere.get("/nulle-part")

    assert (answer.status_code, nowhere.status_code) == (404, 404)
    assert b"opposable_" not in answer.content


@pytest.mark.django_db
@pytest.mark.parametrize("address", INSIDE)
def test_whoever_brings_the_token_is_answered_from_anywhere(in_production: Settings, address: str) -> None:
    in_production.METRICS_TOKEN = TOKEN
    bearer = f"Bearer {TOKEN}"

    assert from_afar(HTTP_AUTHORIZATION=bearer).get(address).status_code == 200
    assert Client(REMOTE_ADDR="10.0.0.3", HTTP_AUTHORIZATION=bearer).get(address).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer é", TOKEN]
)
@pytest.mark.parametrize("token", [TOKEN, ""])
def test_no_other_token_opens(in_production: Settings, given: str, token: str) -> None:
    in_production.METRICS_TOKEN = token

    assert from_afar(HTTP_AUTHORIZATION=given).get("/metrics").status_code == 404


@pytest.mark.django_db
def test_a_sound_platform_is_ready(association: Association) -> None:
    told = said(Client())

    assert told["ready"] is True
    assert told["failing"] == []
    assert told["checks"] == dict.fromkeys(("database", "disk", "keys", "migrations", "role"), "ok")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", *INSIDE])
def test_they_are_read_and_nothing_else(address: str) -> None:
    assert [Client().generic(method, address).status_code for method in ("HEAD", "POST", "PUT")] == [200, 405, 405]


@pytest.mark.django_db
def test_a_migration_that_is_not_applied_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    known = health._known_migrations() | {("cases", "9999_next")}
    monkeypatch.setattr(health, "_known_migrations", lambda: known)

    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert json.loads(answer.content)["checks"]["migrations"] == "unapplied"
    assert json.loads(answer.content)["failing"] == ["migrations", "keys"]


@pytest.mark.django_db
def test_a_migration_of_a_newer_version_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    known = frozenset(sorted(health._known_migrations())[:-1])
    monkeypatch.setattr(health, "_known_migrations", lambda: known)

    assert Client().get("/readyz").status_code == 200


@pytest.mark.django_db
def test_a_missing_key_is_told_without_its_name(association: Association, settings: Settings) -> None:
    settings.VAULT_KEKS = f"zq-next:{OTHER}"

    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert json.loads(answer.content)["failing"] == ["keys"]
    assert b"zq-next" not in answer.content


@pytest.mark.django_db
def test_a_full_disk_is_told(settings: Settings) -> None:
    settings.MIN_FREE_DISK_MB = 10**12

    assert said(Client())["failing"] == ["disk"]


@pytest.mark.django_db
def test_a_folder_that_is_gone_is_told(settings: Settings, tmp_path: Any) -> None:
    settings.VAR_DIR = tmp_path / "gone"

    assert said(Client())["checks"]["disk"] == "away"


@pytest.mark.django_db
def test_a_role_that_passes_the_walls_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "powers_of", lambda alias: ["is a superuser"])

    assert said(Client())["checks"]["role"] == "powerful"


@pytest.mark.django_db
def test_a_database_that_is_away_is_told_without_its_words() -> None:
    with connection.execute_wrapper(_away):
        answer, measured = Client().get("/readyz"), Client().get("/metrics")

    told = json.loads(answer.content)
    assert answer.status_code == 503
    assert told["checks"] | {"disk": "ok"} == {
        "database": "away", "migrations": "unknown", "keys": "unknown", "role": "unknown", "disk": "ok",
    }  # fmt: skip
    assert b"zq" not in answer.content + measured.content
    assert b"opposable_database_up 0.0" in measured.content


def _away(execute: Callable[..., Any], *_: Any) -> None:
    raise OperationalError("zq-password")


@pytest.mark.django_db
def test_a_broker_that_is_away_is_information(settings: Settings) -> None:
    settings.CELERY_BROKER_URL = f"redis://:zq-secret@127.0.0.1:{free_port()}/0"

    answer = Client().get("/readyz")

    assert answer.status_code == 200
    assert json.loads(answer.content)["broker"] == "away"
    assert b"zq" not in answer.content


@pytest.mark.django_db
def test_readiness_costs_few_queries(
    association: Association, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    health.readiness()

    with django_assert_max_num_queries(12):
        assert set(health.readiness().values()) == {Found.OK}


def test_every_probe_is_told_apart_from_the_pages_by_its_whole_address() -> None:
    assert all(address.count("/") == 1 for address in health.PROBES)
    assert metrics.CONTENT_TYPE.startswith("text/plain")
