"""PgBouncer in transaction mode between the platform and PostgreSQL: each transaction may have another connection."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from pytest_django import Settings

from config.roles import APP
from tests import cluster, factories
from tests.config.processes import ROOT
from tests.config.production import production

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
Through = dict[str, str]
# What stands in docs/how-to/scale.md, for a server of these tests.
CONF = """
[databases]
* = host=127.0.0.1 port={postgres}
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
# Twelve threads take turns in two associations on two connections; with an error in between now and then. Then jobs.
MIX = """
import io, json
from concurrent.futures import ThreadPoolExecutor
import django; django.setup()
from django.core.management import call_command
from django.db import connection, transaction
from accounts import scope
from accounts.models import Association
from cases.models import Case
from config.health import readiness
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
def sweep():
    out = io.StringIO()
    call_command("sweep_deadlines", "--json", stdout=out)
    return json.loads(out.getvalue())
print(json.dumps({
    "sweeps": [sweep(), sweep()],
    "ready": str(readiness()),
    "outside": sorted({one[0] for one in seen}),
    "inside": sorted({tuple(one[1:4]) for one in seen}),
    "servers": len({one[4] for one in seen}),
    "looks": len(seen),
}))
"""


@pytest.fixture
def through(
    transactional_db: None, settings: Settings, tmp_path: Path, today: date, now: datetime
) -> Iterator[Through]:
    """The environment of a platform that reaches this database through PgBouncer; it has two associations."""
    for slug, count in (("one", 3), ("two", 5)):
        association = factories.make_association(slug=slug)
        by, campaign = factories.make_membership(association).user, factories.make_campaign(association, today=today)
        for _ in range(count):
            factories.make_case(campaign, by=by, today=today, at=now, sent=90)
    database, port = connection.settings_dict, cluster.free_port()
    url = f"postgres://{APP}@127.0.0.1:{port}/{database['NAME']}"
    with cluster.scratch_folder(owner=cluster.SUPERUSER) as folder:
        (folder / "users").write_text(f'"{APP}" ""\n', encoding="utf-8")
        conf = CONF.format(postgres=database["PORT"], port=port, folder=folder)
        (folder / "ini").write_text(conf, encoding="utf-8")
        program = cluster.as_postgres(
            [cluster.program("pgbouncer", package="pgbouncer"), "--quiet", str(folder / "ini")]
        )
        with cluster.running(program, cwd=folder, ready=lambda: is_there(url)):
            keys = {"VAULT_KEKS": settings.VAULT_KEKS, "SECRET_KEY": settings.SECRET_KEY}
            yield production(tmp_path) | keys | {"DATABASE_URL": url, "EMAIL_URL": "smtp://127.0.0.1:25"}


def is_there(url: str) -> bool:
    psycopg.connect(url).close()
    return True


def run(command: list[str], environment: dict[str, str]) -> str:
    ended = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_platform_behind_it_keeps_its_associations_apart_and_does_its_jobs(through: Through) -> None:
    """No transaction sees what another one had in scope."""
    seen = json.loads(run(["-c", MIX], through))
    swept, again = seen["sweeps"]

    assert seen["looks"] == 480
    assert seen["outside"] == [0]
    assert seen["inside"] == [["one", 3, 3], ["two", 5, 5]]
    assert seen["servers"] <= 3  # two, and one more where an error closed one
    assert swept["flagged"] >= 8
    assert (swept["set_aside"], again["flagged"]) == (0, 0)
    assert seen["ready"].count("'ok'") == 5
