"""The servers of a run: PostgreSQL and Redis behind wires that can be cut, the mail sink, the database as installed."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis

from config.roles import APP, GRANTS_SQL, MIGRATE
from tests import cluster
from tests.chaos.proxy import Wire, wire
from tests.chaos.sink import Sink, sink
from tests.config.processes import ROOT
from tests.config.production import production

# A crash may not lose what was committed: that promise is PostgreSQL's, and ours begins there.
DURABLE = {"synchronous_commit": "on"}
SEEDING = "import sys, django; django.setup(); from tests.chaos import seeding; "
FOUND, WRITE = SEEDING + "seeding.found()", SEEDING + "seeding.write(*map(int, sys.argv[1:]))"
BEFORE = ("chaos", "zero")  # the schema as the release before left it
TRIES = 5  # of a migration that waits for a lock no longer than five seconds


@dataclass
class Redis:
    """On one port for the whole run, whatever happens to it."""

    port: int = field(default_factory=cluster.free_port)
    _running: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def up(self) -> None:
        self._running.enter_context(cluster.redis(port=self.port))

    def down(self) -> None:
        self._running.close()

    def flush(self) -> None:
        redis.Redis(port=self.port).flushall()


@dataclass
class Ground:
    folder: Path
    postgres: cluster.PostgresCluster
    database: Wire
    redis: Redis
    broker: Wire
    sink: Sink
    lease: float  # seconds
    cases: int = 0  # seeded so far

    def environment(self) -> dict[str, str]:
        """What web, worker and beat are given in production, with our servers."""
        broker = f"redis://127.0.0.1:{self.broker.port}"
        return production(self.folder) | {
            "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
            "CHAOS_LEASE": str(self.lease),
            "DATABASE_URL": _through(self.database, self.postgres.url(APP)),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
            "CELERY_BROKER_URL": f"{broker}/0",
            "CACHE_URL": f"{broker}/1",
            "VAULT_SAS_URL": f"{broker}/2",
        }

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Past the wires and the walls."""
        with psycopg.connect(self.postgres.url(cluster.SUPERUSER), connect_timeout=5) as superuser:
            return superuser.execute(sql.encode(), values).fetchall()

    def restart_postgres(self, mode: str) -> None:
        """`fast` ends every session; `immediate` is a crash, from which it recovers."""
        self._control("restart", "-m", mode, "-w", "-t", "60")

    def stop_postgres(self) -> None:
        self._control("stop", "-m", "fast", "-w")

    def _control(self, *words: str) -> None:
        [(data,)] = self.rows("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
        command = [f"{cluster.postgres_folder()}/pg_ctl", *words, "-D", data, "-l", f"{data}/again.log", "-s"]
        subprocess.run(cluster.as_postgres(command), check=True, cwd="/", timeout=90)

    def manage(self, *words: str, role: str = "") -> None:
        own = {"DATABASE_URL": self.postgres.url(role)} if role else {}
        run([sys.executable, "manage.py", *words], self.environment() | own)

    def seed(self, cases: int) -> None:
        """So many days more that passed and nobody flagged."""
        if cases:
            run([sys.executable, "-c", WRITE, str(self.cases), str(cases)], self.environment())
            self.cases += cases

    def migrate(self, *target: str) -> None:
        """As the how-to says: run again when somebody held a lock for too long; then the rights."""
        for last in (number == TRIES for number in range(1, TRIES + 1)):
            try:
                self.manage("migrate", *target, "--no-input", "--verbosity", "0", role=MIGRATE)
                break
            except AssertionError as error:
                if last or "lock timeout" not in str(error):
                    raise
        with psycopg.connect(self.postgres.url(MIGRATE), autocommit=True) as owner:
            owner.execute(GRANTS_SQL.read_bytes())


@contextlib.contextmanager
def ground(folder: Path, *, lease: float) -> Iterator[Ground]:
    """`lease`: seconds, longer than any outage of the database that is to be outlived. Raises ServiceMissing."""
    with contextlib.ExitStack() as stack:
        postgres = stack.enter_context(cluster.postgres(DURABLE))
        store = Redis()
        store.up()
        stack.callback(store.down)
        made = Ground(
            folder=folder,
            postgres=postgres,
            database=stack.enter_context(wire(postgres.port)),
            redis=store,
            broker=stack.enter_context(wire(store.port)),
            sink=stack.enter_context(sink()),
            lease=lease,
        )
        _install(made)
        stack.callback(made.stop_postgres)
        yield made


def _install(made: Ground) -> None:
    """As docs/how-to/install.md says; the roles are the cluster's."""
    with psycopg.connect(made.postgres.url(cluster.SUPERUSER, database="postgres"), autocommit=True) as superuser:
        superuser.execute(f"CREATE DATABASE opposable OWNER {MIGRATE}".encode())
    made.migrate()
    run([sys.executable, "-c", FOUND], made.environment())


def _through(wire: Wire, url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{wire.port}"))


def run(command: list[str], environment: dict[str, str]) -> None:
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode == 0, ended.stderr
