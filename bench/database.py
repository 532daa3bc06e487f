"""A throw-away database: a file, or a PostgreSQL that is reached as the application's role."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg

from bench.measure import Clock, nothing
from config.roles import APP, MIGRATE
from tests import cluster

_NAME = "opposable"
_COUNTS = {"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track_planning": "on"}
_NOT_COUNTED = "not counted: pg_stat_statements is missing (apt-get install postgresql-contrib)"
_SPENT = "SELECT COALESCE(SUM(total_exec_time + total_plan_time), 0) / 1000 FROM pg_stat_statements"


@dataclass(frozen=True, slots=True)
class Laboratory:
    """`database`: seconds that the database spent so far, where it is another process; `note`: how they are known.

    `tidy` sweeps away the rows that were rolled back, and brings the planner's figures up to date.
    """

    name: str
    note: str
    database: Clock
    tidy: Callable[[], None]


@contextlib.contextmanager
def sqlite() -> Iterator[Laboratory]:
    os.environ.pop("TEST_DATABASE_URL", None)
    yield Laboratory("SQLite", "in the CPU time, as it works inside this process", lambda: 0.0, nothing)


@contextlib.contextmanager
def postgres() -> Iterator[Laboratory]:
    """Raises ServiceMissing."""
    counts = (cluster.postgres_folder().parent / "lib" / "pg_stat_statements.so").exists()
    with cluster.postgres(_COUNTS if counts else {}) as started:
        with _connected(started.url(cluster.SUPERUSER, database="postgres")) as superuser:
            superuser.execute(f"CREATE DATABASE {_NAME} OWNER {MIGRATE}".encode())
        os.environ["TEST_DATABASE_URL"] = started.url(APP, database=_NAME)
        with _connected(started.url(cluster.SUPERUSER, database=_NAME)) as superuser:
            yield Laboratory(
                "PostgreSQL, as the application's role",
                "pg_stat_statements, added to the CPU time" if counts else _NOT_COUNTED,
                _spent(superuser) if counts else lambda: 0.0,
                lambda: _tidy(superuser),
            )


def _spent(superuser: "psycopg.Connection[tuple[float]]") -> Clock:
    superuser.execute("CREATE EXTENSION pg_stat_statements")

    def spent() -> float:
        row = superuser.execute(_SPENT.encode()).fetchone()
        return float(row[0]) if row else 0.0

    return spent


def _tidy(superuser: "psycopg.Connection[tuple[float]]") -> None:
    superuser.execute("VACUUM ANALYZE")


def _connected(url: str) -> "psycopg.Connection[tuple[float]]":
    return psycopg.connect(url, autocommit=True)
