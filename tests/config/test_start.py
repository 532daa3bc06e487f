"""Web, worker and beat in production: they start with the right role and the right keys, or end and say why."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from accounts import actions, scope
from accounts.access import user_by_email
from accounts.fields import forget_keys
from accounts.models import Association, KeyKind
from accounts.rules.roles import Role
from config import checks
from config.roles import APP, MIGRATE, PURGE
from tests import cluster, factories
from tests.config.migrated import asking, fill
from tests.config.processes import ROOT, eventually, listens, started
from tests.config.production import KEY, SECRET, production
from tests.whole import WHOLE, share

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db]

OTHER = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
CELERY = [sys.executable, "-m", "celery", "-A", "config.celery"]
STARTS = {
    "web": [sys.executable, "-m", "gunicorn", "-c", "python:config.serving", "--bind"],
    "worker": [
        *CELERY,
        "worker",
        "--loglevel",
        "WARNING",
        "--concurrency",
        "1",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
    ],
    "beat": [*CELERY, "beat", "--loglevel", "WARNING", "--pidfile=", "--schedule"],
}
MISSING = (f"2027:{OTHER}", "The master key «2026» is missing from VAULT_KEKS: it sealed 3 root keys")
WRONG = (f"2026:{OTHER}", "The master key «2026» in VAULT_KEKS is not the one that sealed 3 root keys")
NONE = ("", "VAULT_KEKS holds no usable key")
# What checks is the same in each of the three, and how it is called is not: each meets a key that does not fit.
KEYS = [
    *[("web", *MISSING), ("worker", *NONE), ("beat", *WRONG)],
    *[("web", *NONE), ("worker", *WRONG), ("beat", *MISSING)],
    *[("web", *WRONG), ("worker", *MISSING), ("beat", *NONE)],
]


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[cluster.PostgresCluster]:
    """A server set up as the guide says, with two associations and a user."""
    with cluster.postgres() as made:
        roles = io.StringIO()
        call_command("create_roles", stdout=roles)
        superuser = made.url(cluster.SUPERUSER, database="postgres")
        subprocess.run(
            ["psql", "-q", "-v", "ON_ERROR_STOP=1", superuser], input=roles.getvalue(), text=True, check=True
        )
        fill(made)
        with override_settings(VAULT_KEKS=KEY, SECRET_KEY=SECRET), asking(made, APP), django_db_blocker.unblock():
            one = actions.create_association("Union", slug="union")
            actions.create_association("Autre", slug="autre")
            actions.create_user(email="jeanne@exemple.invalid")
            with scope.enter(one.pk):
                actions.create_keys(one.pk, kind=KeyKind.PERSON)
            forget_keys()
        yield made


@pytest.fixture
def ours(settings: Settings, tmp_path: Path) -> Settings:
    """This process has the keys and secrets of the server's platform."""
    settings.VAULT_KEKS, settings.SECRET_KEY = KEY, SECRET
    settings.AUDIT_HEADS_FILE = str(tmp_path / "audit-heads.jsonl")
    settings.DESTROYED_KEYS_FILE = str(tmp_path / "destroyed-keys.txt")
    return settings


def environment(server: cluster.PostgresCluster, role: str, folder: Path, *, keks: str = KEY) -> dict[str, str]:
    own = {"DATABASE_URL": server.url(role), "EMAIL_URL": "smtp://127.0.0.1:25", "VAULT_KEKS": keks, "WEB_WORKERS": "1"}
    return production(folder) | own


def run(command: list[str], environment: dict[str, str], *, expect: int = 0) -> "subprocess.CompletedProcess[str]":
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == expect, ended.stderr
    return ended


def command_of(process: str, folder: Path) -> list[str]:
    last = {"web": f"127.0.0.1:{cluster.free_port()}", "beat": str(folder / "schedule")}
    return [*STARTS[process], *filter(None, [last.get(process)])]


def keys_in(server: cluster.PostgresCluster) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url(MIGRATE)) as owner:
        return owner.execute("SELECT subject, kek_id, wrapped FROM accounts_datakey ORDER BY subject").fetchall()


@pytest.mark.parametrize(("process", "keks", "says"), KEYS if WHOLE else KEYS[:3])
def test_a_missing_or_wrong_master_key_is_said_and_nothing_is_changed(
    server: cluster.PostgresCluster,
    ours: Settings,
    tmp_path: Path,
    process: str,
    keks: str,
    says: str,
) -> None:
    before = keys_in(server)

    refused = run(command_of(process, tmp_path), environment(server, APP, tmp_path, keks=keks), expect=1)

    assert f"Not started. {says}" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert keys_in(server) == before
    with asking(server, APP):
        user = user_by_email("jeanne@exemple.invalid")
        assert user
        assert user.email == "jeanne@exemple.invalid"


@pytest.mark.parametrize("process", STARTS)
def test_nothing_starts_as_the_owner_of_the_tables(
    server: cluster.PostgresCluster, tmp_path: Path, process: str
) -> None:
    refused = run(command_of(process, tmp_path), environment(server, MIGRATE, tmp_path), expect=1)

    assert "The database's role has BYPASSRLS" in refused.stderr
    assert "The database's role owns tables" in refused.stderr


@pytest.mark.parametrize("process", share(list(STARTS), 2, of=3))
def test_a_database_that_is_away_is_said_in_one_line(
    server: cluster.PostgresCluster, tmp_path: Path, process: str
) -> None:
    away = environment(server, APP, tmp_path) | {"DATABASE_URL": f"postgres://{APP}@127.0.0.1:{cluster.free_port()}/x"}

    refused = run(command_of(process, tmp_path), away, expect=1)

    assert "Not started. The database does not answer (OperationalError)" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("given", "taken", "says"),
    [
        ("GRANT opposable_migrate TO opposable_app", "REVOKE opposable_migrate FROM opposable_app",
         "may become opposable_migrate, which has BYPASSRLS"),
        ("CREATE ROLE chief SUPERUSER ROLE opposable_app", "DROP ROLE chief", "may become chief, which is a superuser"),
        ("ALTER ROLE opposable_app CREATEROLE", "ALTER ROLE opposable_app NOCREATEROLE", "may make roles"),
    ],
)  # fmt: skip
def test_a_role_that_may_become_a_powerful_one_is_refused(
    server: cluster.PostgresCluster, given: str, taken: str, says: str
) -> None:
    with (
        asking(server, APP),
        psycopg.connect(server.url(cluster.SUPERUSER, database="postgres"), autocommit=True) as superuser,
    ):
        superuser.execute(given.encode())
        try:
            refused = checks.refuse_powerful_role(None, databases=["default"])
        finally:
            superuser.execute(taken.encode())

        assert [found.msg for found in refused if says in found.msg]
        assert checks.refuse_powerful_role(None, databases=["default"]) == []


def test_the_erasing_role_shreds_and_the_application_rotates(server: cluster.PostgresCluster, ours: Settings) -> None:
    with asking(server, APP):
        reference = reference_of_a_case()

    with asking(server, PURGE):
        shredded = said("shred", "person", reference, "--association", "union", "--yes")
    with asking(server, APP):
        ours.VAULT_KEKS = f"2027:{OTHER},{KEY}"
        there = said("rotate_keys", "--json")
        ours.VAULT_KEKS = f"{KEY},2027:{OTHER}"
        back = said("rotate_keys", "--json")

    assert "is erased, with 1 case that still stood" in shredded
    assert [json.loads(done)["rotated"] for done in (there, back)] == [3, 3]
    with psycopg.connect(server.url(MIGRATE)) as owner:
        assert owner.execute("SELECT count(*) FROM accounts_datakey WHERE kind = 'case'").fetchone() == (0,)
        kinds = owner.execute("SELECT kind, count(*) FROM accounts_auditentry GROUP BY 1 ORDER BY 1").fetchall()
    assert kinds == [("keys_rotated", 4), ("shredded", 2)]


def reference_of_a_case() -> str:
    one, today, now = Association.objects.get(slug="union"), timezone.localdate(), timezone.now()
    by = factories.make_membership(one, Role.VOLUNTEER).user
    campaign = factories.make_campaign(one, today=today)
    case = factories.make_case(campaign, by=by, today=today, at=now, email="a@b.invalid")
    return factories.make_attempt(case, by=by, today=today, at=now).reference


def said(*command: Any) -> str:
    forget_keys()
    out = io.StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def test_with_the_right_role_and_keys_the_web_serves(server: cluster.PostgresCluster, tmp_path: Path) -> None:
    command = command_of("web", tmp_path)
    port = int(command[-1].rsplit(":", 1)[1])

    with started(command, log=tmp_path / "log", environment=environment(server, APP, tmp_path)):
        eventually(lambda: listens(port), what=(tmp_path / "log").read_text())


def test_with_the_right_role_and_keys_beat_stays(server: cluster.PostgresCluster, tmp_path: Path) -> None:
    schedule = tmp_path / "schedule"

    with started(
        command_of("beat", tmp_path), log=tmp_path / "log", environment=environment(server, APP, tmp_path)
    ) as beat:
        eventually(lambda: list(tmp_path.glob("schedule*")) or beat.poll() is not None)
        assert beat.poll() is None, (tmp_path / "log").read_text()
    assert list(schedule.parent.glob("schedule*"))


def test_a_database_without_tables_is_not_asked_for_its_keys(server: cluster.PostgresCluster) -> None:
    with psycopg.connect(server.url(cluster.SUPERUSER, database="postgres"), autocommit=True) as superuser:
        superuser.execute(f"CREATE DATABASE bare OWNER {MIGRATE}".encode())

    with asking(server, APP, name="bare"):
        found = run_checks(tags=[Tags.database], include_deployment_checks=True, databases=["default"])

    assert [one.msg for one in found if checks.is_serious(one)] == []
