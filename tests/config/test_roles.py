"""The roles and grants, made by the very text that production runs."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from psycopg import sql

from config import checks
from config.management.commands.create_roles import PASSWORDS
from config.roles import APP, GRANTS_SQL, MIGRATE, PURGE, STATS
from tests import cluster
from tests.config.migrated import asking, fill
from tests.config.processes import ROOT
from tests.config.production import production

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def running() -> Iterator[cluster.PostgresCluster]:
    with cluster.postgres() as started:
        yield started


@pytest.fixture
def server(running: cluster.PostgresCluster) -> Iterator[cluster.PostgresCluster]:
    """With its roles and no database: each test makes it, its own way."""
    yield running
    psql(running, "DROP DATABASE IF EXISTS opposable WITH (FORCE)")


def psql(server: cluster.PostgresCluster, script: str) -> None:
    command = ["psql", "--quiet", "--set", "ON_ERROR_STOP=1", server.url(cluster.SUPERUSER, database="postgres")]
    subprocess.run(command, input=script, text=True, check=True, stdout=subprocess.DEVNULL)


def allowed(server: cluster.PostgresCluster, role: str, statement: str) -> bool:
    with psycopg.connect(server.url(role), autocommit=True) as connection:
        try:
            connection.execute(sql.SQL(statement))
        except psycopg.errors.InsufficientPrivilege:
            return False
        except psycopg.errors.ReadOnlySqlTransaction:
            return False
    return True


def test_what_create_roles_prints_makes_a_database_that_only_its_owner_may_change(
    server: cluster.PostgresCluster, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORDS[APP], "it's; a \\ secret")
    call_command("create_roles")
    script = capsys.readouterr().out

    psql(server, script)
    psql(server, script)

    assert 'ALTER ROLE "opposable_app" PASSWORD' in script
    assert allowed(server, MIGRATE, "CREATE TABLE observatory_release (n int); CREATE TABLE accounts_person (n int)")
    with psycopg.connect(server.url(MIGRATE), autocommit=True) as owner:
        owner.execute(GRANTS_SQL.read_bytes())
    for role in (APP, PURGE):
        assert allowed(server, role, "INSERT INTO accounts_person VALUES (1); DELETE FROM accounts_person")
        assert not allowed(server, role, "TRUNCATE accounts_person")
        assert not allowed(server, role, "DROP TABLE accounts_person")
        assert not allowed(server, role, "CREATE TABLE mine (n int)")
        assert not allowed(server, role, "SET session_replication_role = replica")
    assert allowed(server, STATS, "SELECT n FROM observatory_release")
    assert not allowed(server, STATS, "SELECT n FROM accounts_person")
    assert not allowed(server, STATS, "INSERT INTO observatory_release VALUES (1)")


def test_statisticians_read_figures_and_no_person(
    server: cluster.PostgresCluster, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("create_roles")
    psql(server, capsys.readouterr().out)
    figures = ("release", "releasefile", "ledgerline")
    persons = ("statevent", "countedperson", "statplan")
    with psycopg.connect(server.url(MIGRATE), autocommit=True) as owner:
        for table in (*figures, *persons):
            owner.execute(sql.SQL("CREATE TABLE {} (n int)").format(sql.Identifier(f"observatory_{table}")))
        owner.execute("GRANT SELECT ON observatory_statevent TO opposable_stats")
        owner.execute(GRANTS_SQL.read_bytes())

    for table in figures:
        assert allowed(server, STATS, f"SELECT n FROM observatory_{table}")
    for table in persons:
        assert not allowed(server, STATS, f"SELECT n FROM observatory_{table}")


def test_no_role_of_ours_has_a_power_that_it_does_not_need(server: cluster.PostgresCluster) -> None:
    with psycopg.connect(server.url(cluster.SUPERUSER, database="postgres")) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname ~ '^opposable'"
        ).fetchall()

    assert sorted(rows) == [
        (APP, False, False, False),
        (MIGRATE, False, False, True),
        (PURGE, False, False, False),
        (STATS, False, False, False),
    ]


def test_the_containers_first_start_makes_the_same(server: cluster.PostgresCluster, tmp_path: Path) -> None:
    for role in ("migrate", "app", "purge", "stats"):
        (tmp_path / f"{role}_password").write_text(f"pass'word of {role}\n")
    environment = {
        "PATH": "/usr/bin:/bin",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "DEPLOY_FOLDER": str(ROOT / "config/deploy"),
        "SECRETS_FOLDER": str(tmp_path),
    }

    subprocess.run([ROOT / "config/deploy/roles.sh"], env=environment, check=True)

    assert allowed(server, MIGRATE, "CREATE TABLE accounts_person (n int)")
    assert allowed(server, APP, "INSERT INTO accounts_person VALUES (1)")
    assert not allowed(server, STATS, "SELECT n FROM accounts_person")


@pytest.mark.slow
@pytest.mark.django_db
def test_a_server_set_up_as_the_guide_says_passes_the_deploy_check_as_the_application_only(
    server: cluster.PostgresCluster, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Its `manage.py migrate` is run by tests/chaos/ground.py; here stands what it makes."""
    call_command("create_roles")
    psql(server, capsys.readouterr().out)
    fill(server)
    with asking(server, MIGRATE):
        call_command("grant_roles")
        refused = checks.refuse_powerful_role(None, databases=["default"])

    environment = production(tmp_path) | {"DATABASE_URL": server.url(APP), "EMAIL_URL": "smtp://127.0.0.1:25"}
    command = [sys.executable, "manage.py", "check", "--deploy", "--database", "default"]
    checked = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr
    assert allowed(server, STATS, "SELECT count(*) FROM observatory_release")
    assert not allowed(server, APP, "DELETE FROM django_migrations")
    assert {one.id for one in refused} == {"opposable.E011"}
