"""Web, worker and beat in production: they start with the right role and the right keys, or end and say why."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.roles import APP, MIGRATE, PURGE
from tests import cluster
from tests.config.processes import ROOT, eventually, listens, started
from tests.config.production import KEY, production

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

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
    ],
    "beat": [*CELERY, "beat", "--loglevel", "WARNING", "--pidfile=", "--schedule"],
}
MAKE = """
import django; django.setup()
from accounts import actions, scope
from accounts.models import KeyKind
one = actions.create_association("Union", slug="union")
actions.create_association("Autre", slug="autre")
actions.create_user(email="jeanne@exemple.invalid")
with scope.enter(one.pk):
    actions.create_keys(one.pk, kind=KeyKind.PERSON)
"""
A_CASE = """
import django; django.setup()
from django.utils import timezone
from accounts import scope
from accounts.models import Association
from accounts.rules.roles import Role
from tests import factories
one, today, now = Association.objects.get(slug="union"), timezone.localdate(), timezone.now()
by = factories.make_membership(one, Role.VOLUNTEER).user
case = factories.make_case(factories.make_campaign(one, today=today), by=by, today=today, at=now, email="a@b.invalid")
print(factories.make_attempt(case, by=by, today=today, at=now).reference)
"""
READ = """
import django; django.setup()
from accounts.access import user_by_email
print(user_by_email("jeanne@exemple.invalid").email)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[cluster.PostgresCluster]:
    """A server set up as the guide says, with two associations and a user."""
    with cluster.postgres() as made:
        roles = subprocess.run(
            [sys.executable, "manage.py", "create_roles"], cwd=ROOT, env=environment(made, APP, Path("/nowhere")),
            capture_output=True, check=True,
        )  # fmt: skip
        superuser = made.url(cluster.SUPERUSER, database="postgres")
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", superuser], input=roles.stdout, check=True)
        for command in (["migrate", "--no-input", "--verbosity", "0"], ["grant_roles"]):
            run([sys.executable, "manage.py", *command], environment(made, MIGRATE, Path("/nowhere")))
        run([sys.executable, "-c", MAKE], environment(made, APP, Path("/nowhere")))
        yield made


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


@pytest.mark.parametrize(
    ("process", "keks", "says"),
    [
        ("web", f"2027:{OTHER}", "The master key «2026» is missing from VAULT_KEKS: it sealed 3 root keys"),
        ("web", f"2026:{OTHER}", "The master key «2026» in VAULT_KEKS is not the one that sealed 3 root keys"),
        ("web", "", "VAULT_KEKS holds no usable key"),
        ("worker", f"2026:{OTHER}", "The master key «2026» in VAULT_KEKS is not the one that sealed 3 root keys"),
        ("beat", f"2026:{OTHER}", "The master key «2026» in VAULT_KEKS is not the one that sealed 3 root keys"),
    ],
)
def test_a_missing_or_wrong_master_key_is_said_and_nothing_is_changed(
    server: cluster.PostgresCluster, tmp_path: Path, process: str, keks: str, says: str
) -> None:
    before = keys_in(server)

    refused = run(command_of(process, tmp_path), environment(server, APP, tmp_path, keks=keks), expect=1)

    assert f"Not started. {says}" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert keys_in(server) == before
    assert run([sys.executable, "-c", READ], environment(server, APP, tmp_path)).stdout == "jeanne@exemple.invalid\n"


@pytest.mark.parametrize("process", STARTS)
def test_nothing_starts_as_the_owner_of_the_tables(
    server: cluster.PostgresCluster, tmp_path: Path, process: str
) -> None:
    refused = run(command_of(process, tmp_path), environment(server, MIGRATE, tmp_path), expect=1)

    assert "The database's role has BYPASSRLS" in refused.stderr
    assert "The database's role owns tables" in refused.stderr


@pytest.mark.parametrize("process", STARTS)
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
    server: cluster.PostgresCluster, tmp_path: Path, given: str, taken: str, says: str
) -> None:
    check = [sys.executable, "manage.py", "check", "--deploy", "--database", "default"]
    with psycopg.connect(server.url(cluster.SUPERUSER, database="postgres"), autocommit=True) as superuser:
        superuser.execute(given.encode())
        try:
            refused = run(check, environment(server, APP, tmp_path), expect=1)
        finally:
            superuser.execute(taken.encode())

    assert says in refused.stderr
    run(check, environment(server, APP, tmp_path))


def test_the_erasing_role_shreds_and_the_application_rotates(server: cluster.PostgresCluster, tmp_path: Path) -> None:
    reference = run([sys.executable, "-c", A_CASE], environment(server, APP, tmp_path)).stdout.strip()
    shred = [sys.executable, "manage.py", "shred", "person", reference, "--association", "union", "--yes"]
    rotate = [sys.executable, "manage.py", "rotate_keys", "--json"]

    shredded = run(shred, environment(server, PURGE, tmp_path))
    there = run(rotate, environment(server, APP, tmp_path, keks=f"2027:{OTHER},{KEY}"))
    back = run(rotate, environment(server, APP, tmp_path, keks=f"{KEY},2027:{OTHER}"))

    assert "is erased, with 1 case that still stood" in shredded.stdout
    assert [json.loads(done.stdout)["rotated"] for done in (there, back)] == [3, 3]
    with psycopg.connect(server.url(MIGRATE)) as owner:
        assert owner.execute("SELECT count(*) FROM accounts_datakey WHERE kind = 'case'").fetchone() == (0,)
        kinds = owner.execute("SELECT kind, count(*) FROM accounts_auditentry GROUP BY 1 ORDER BY 1").fetchall()
    assert kinds == [("keys_rotated", 4), ("shredded", 2)]


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


def test_a_database_without_tables_is_not_asked_for_its_keys(tmp_path: Path) -> None:
    with cluster.postgres() as empty:
        superuser = empty.url(cluster.SUPERUSER, database="postgres")
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE opposable OWNER {MIGRATE}".encode())
        run(
            [sys.executable, "manage.py", "check", "--deploy", "--database", "default"],
            environment(empty, APP, tmp_path),
        )
