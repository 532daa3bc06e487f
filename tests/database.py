"""Pytest plugin: on PostgreSQL the owner makes and empties the test database, the tests run as the application.

What this machine cannot run is deselected here and said in the closing lines, never skipped in silence:
`@pytest.mark.postgres` needs PostgreSQL, tests/journeys/ needs a Chromium. With CI=true `tests.run` fails instead.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from config.roles import GRANTS_SQL
from tests.cluster import SUPERUSER

if TYPE_CHECKING:
    from django.db.backends.base.operations import BaseDatabaseOperations

OWNER_URL = os.environ.get("TEST_MIGRATE_DATABASE_URL", "")
CHROMIUM = os.environ.get("TEST_CHROMIUM", "")
LEFT_OUT = pytest.StashKey[dict[str, int]]()


def on_postgres() -> bool:
    return connection.vendor == "postgresql"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "postgres: needs PostgreSQL (row-level security, triggers, locks)")
    config.addinivalue_line("markers", "root: mounts a small disk that can be full")
    config.stash[LEFT_OUT] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept: list[pytest.Item] = []
    left_out: dict[str, list[pytest.Item]] = {}
    for item in items:
        lacking = missing_for(item)
        (left_out.setdefault(lacking, []) if lacking else kept).append(item)
    for lacking, without in left_out.items():
        config.hook.pytest_deselected(items=without)
        config.stash[LEFT_OUT][lacking] = len(without)
    items[:] = kept


def missing_for(item: pytest.Item) -> str:
    if item.get_closest_marker("postgres") and not on_postgres():
        return "PostgreSQL (TEST_DATABASE_URL)"
    if item.get_closest_marker("root") and os.geteuid() != 0:
        return "root"
    if "journeys" in item.path.parts and not CHROMIUM:
        return "Chromium (TEST_CHROMIUM)"
    return ""


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for lacking, count in config.stash[LEFT_OUT].items():
        terminalreporter.write_line(f"not run: {count} tests that need {lacking}; `make test` starts it")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """Be the owner from here on, so that the database is made and migrated by the role that may."""
    if not on_postgres():
        yield
        return
    application = identity()
    become(owner())
    yield
    become(application)


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_modify_db_settings: None, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Grant, then let the tests in as the application's role; the owner comes back to drop the database."""
    if not on_postgres():
        yield
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(GRANTS_SQL.read_text(encoding="utf-8"))
    become(application())
    patch = pytest.MonkeyPatch()
    patch.setattr(type(connection.ops), "execute_sql_flush", empty_as_owner)
    yield
    patch.undo()
    become(owner())
    send_others_home()


@pytest.fixture
def owner_connection(db: None) -> Iterator["psycopg.Connection[Any]"]:
    """A second, autocommitting connection as the tables' owner; sees only what the test has committed."""
    with connect_as_owner() as opened:
        yield opened


def application() -> dict[str, str]:
    url = urlsplit(os.environ["TEST_DATABASE_URL"])
    return {"USER": url.username or "", "PASSWORD": url.password or ""}


def owner() -> dict[str, str]:
    url = urlsplit(OWNER_URL)
    return {"USER": url.username or "", "PASSWORD": url.password or ""}


def identity() -> dict[str, str]:
    return {key: connection.settings_dict[key] for key in ("USER", "PASSWORD")}


def become(role: dict[str, str]) -> None:
    connection.close()
    connection.settings_dict.update(role)


def send_others_home() -> None:
    """End the sessions that a server's or a worker's thread left open: they would keep the database from being dropped.

    The throw-away cluster trusts its superuser; elsewhere the owner may not, and dropping then says who is there.
    """
    name = connection.settings_dict["NAME"]
    with suppress(psycopg.OperationalError), _connected(SUPERUSER, database="postgres") as superuser:
        superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


def connect_as_owner() -> "psycopg.Connection[Any]":
    return _connected(owner()["USER"], database=connection.settings_dict["NAME"], password=owner()["PASSWORD"])


def _connected(user: str, *, database: str, password: str = "") -> "psycopg.Connection[Any]":
    settings = connection.settings_dict
    return psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        dbname=database,
        user=user,
        password=password or None,
        autocommit=True,
    )


def empty_as_owner(operations: "BaseDatabaseOperations", sql_list: list[str]) -> None:
    """Empty the tables between transactional tests: the application's role may not, and triggers would refuse it."""
    with connect_as_owner() as opened, opened.transaction():
        opened.execute("SET LOCAL session_replication_role = replica")
        for statement in sql_list:
            opened.execute(statement.encode())
