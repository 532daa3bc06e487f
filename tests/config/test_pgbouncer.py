"""PgBouncer in transaction mode between the platform and PostgreSQL: each transaction may have another connection."""

import json
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from config.roles import APP, MIGRATE
from tests import cluster
from tests.config.processes import ROOT
from tests.config.production import KEY, production

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
# What stands in docs/how-to/scale.md, for a server of these tests.
CONF = """
[databases]
opposable = host=127.0.0.1 port={postgres} dbname=opposable
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 2
max_client_conn = 200
ignore_startup_parameters = extra_float_digits, options
"""
MAKE = """
import django; django.setup()
from django.utils import timezone
from accounts import actions
from accounts.rules.roles import Role
from tests import factories
today, now = timezone.localdate(), timezone.now()
for slug, cases in (("one", 3), ("two", 5)):
    association = actions.create_association(slug, slug=slug)
    by = factories.make_membership(association, Role.VOLUNTEER).user
    campaign = factories.make_campaign(association, today=today)
    for number in range(cases):
        factories.make_case(campaign, by=by, today=today, at=now, sent=90)
"""
# Twelve threads take turns in two associations on two connections; with an error in between now and then.
MIX = """
import json
from concurrent.futures import ThreadPoolExecutor
import django; django.setup()
from django.db import connection, transaction
from accounts import scope
from accounts.models import Association
from cases.models import Case
ids = dict(Association.objects.values_list("slug", "pk"))
def look(number):
    slug = ("one", "two")[number % 2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_case")
        outside = cursor.fetchone()[0]
    with scope.enter(ids[slug]):
        first = Case.objects.count()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*), pg_backend_pid() FROM cases_case")
            second, server = cursor.fetchone()
    if number % 7 == 0:
        try:
            with scope.enter(ids[slug]), connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        except Exception:
            pass
    return outside, slug, first, second, server
def work(start):
    try:
        return [look(start + number) for number in range(40)]
    finally:
        connection.close()
with ThreadPoolExecutor(12) as pool:
    seen = [one for many in pool.map(work, range(12)) for one in many]
print(json.dumps({
    "outside": sorted({one[0] for one in seen}),
    "inside": sorted({tuple(one[1:4]) for one in seen}),
    "servers": len({one[4] for one in seen}),
    "looks": len(seen),
}))
"""


@pytest.fixture(scope="module")
def through(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a platform whose database is reached through PgBouncer, with two associations."""
    with cluster.postgres() as server, cluster.scratch_folder(owner=cluster.SUPERUSER) as folder:
        with psycopg.connect(server.url(cluster.SUPERUSER, database="postgres"), autocommit=True) as superuser:
            superuser.execute(f"CREATE DATABASE opposable OWNER {MIGRATE}".encode())
        home, port = tmp_path_factory.mktemp("var"), cluster.free_port()
        direct = production(home) | {"VAULT_KEKS": KEY, "EMAIL_URL": "smtp://127.0.0.1:25"}
        for command in (["migrate", "--no-input", "--verbosity", "0"], ["grant_roles"]):
            run(["manage.py", *command], direct | {"DATABASE_URL": server.url(MIGRATE)})
        (folder / "users").write_text(f'"{APP}" ""\n', encoding="utf-8")
        (folder / "ini").write_text(CONF.format(postgres=server.port, port=port, folder=folder), encoding="utf-8")
        program = cluster.program("pgbouncer", package="pgbouncer")
        url = f"postgres://{APP}@127.0.0.1:{port}/opposable"
        command = cluster.as_postgres([program, "--quiet", str(folder / "ini")])
        with cluster.running(command, cwd=folder, ready=lambda: bool(psycopg.connect(url).close() or True)):
            environment = direct | {"DATABASE_URL": url}
            run(["-c", MAKE], environment)
            yield environment


def run(command: list[str], environment: dict[str, str]) -> str:
    ended = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_no_transaction_sees_what_another_one_had_in_scope(through: dict[str, str]) -> None:
    seen = json.loads(run(["-c", MIX], through))

    assert seen["looks"] == 480
    assert seen["outside"] == [0]
    assert seen["inside"] == [["one", 3, 3], ["two", 5, 5]]
    assert seen["servers"] <= 3  # two, and one that an error closed


def test_the_jobs_run_through_it(through: dict[str, str]) -> None:
    swept = json.loads(run(["manage.py", "sweep_deadlines", "--json"], through).splitlines()[-1])
    again = json.loads(run(["manage.py", "sweep_deadlines", "--json"], through).splitlines()[-1])

    assert swept["flagged"] >= 8
    assert (swept["set_aside"], again["flagged"]) == (0, 0)
    run(["manage.py", "chain_audit"], through)
    assert "verify" not in run(["manage.py", "check_cases"], through)


def test_the_start_checks_pass_through_it(through: dict[str, str]) -> None:
    ready = "import django; django.setup(); from config import health; print(dict(health.readiness()))"

    assert "'role': <Found.OK: 'ok'>" in run(["-c", ready], through)
