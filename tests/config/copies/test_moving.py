"""From the embedded demo to PostgreSQL: journals, numbering, walls, files and logins go along; or nothing does."""

import io
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections
from django.db.utils import load_backend

from accounts import actions, scope
from accounts.access import user_by_email
from accounts.fields import forget_keys
from accounts.models import Association, AuditEntry
from cases.models import Case
from config.copies import postgres
from config.copies.sources import FROM_MIGRATING
from config.roles import APP
from config.settings.base import sqlite
from tests import database
from tests.config.migrated import migrated
from tests.people import signed_in
from web.demo import seed

__all__ = ["migrated"]

pytestmark = pytest.mark.postgres


@pytest.fixture
def target(platform: Path) -> str:
    """An empty PostgreSQL, as its owner."""
    given = connection.settings_dict
    return f"postgres://{given['USER']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


@pytest.fixture
def embedded(target: str, platform: Path, migrated: Path, today: date) -> Iterator[Any]:
    """The demo on SQLite, which is `default` until the test says otherwise."""
    aside = connections["default"]
    shutil.copy(migrated / "opposable.sqlite3", platform)
    given = connections.configure_settings({"default": {}, "embedded": sqlite(platform / "opposable.sqlite3")})
    source = load_backend(given["embedded"]["ENGINE"]).DatabaseWrapper(given["embedded"], "default")
    aside.close()
    connections["default"] = source
    try:
        seed.seed(cases_wanted=12, associations=1, number=1, today=today)
        actions.chain_all()
        actions.write_heads(today=today)
        yield source
    finally:
        source.close()
        connections["default"] = aside


def move(url: str) -> str:
    said = io.StringIO()
    call_command("move_database", "--to", url, stdout=said)
    return said.getvalue()


def name_it(name: str) -> None:
    Association.objects.update(name=name)


def is_empty(target: Any) -> bool:
    connections["default"], source = target, connections["default"]
    try:
        return not [name for name, table in postgres.tables().items() if table.rows and name not in FROM_MIGRATING]
    finally:
        connections["default"] = source


@pytest.mark.slow
def test_the_demo_moves_as_a_whole_or_not_at_all(
    request: pytest.FixtureRequest, target: str, now: datetime, platform: Path
) -> None:
    aside = connections["default"]
    source = request.getfixturevalue("embedded")
    refused_with = {
        "mysql://somebody@host/opposable": "Give the target as postgres://",
        "postgres://somebody@host:port/opposable": "Give the target as postgres://",
        target.replace("@", ":typed@", 1): "give it in MIGRATE_PASSWORD",
        f"{target}?password=typed": "give it in MIGRATE_PASSWORD",
        target.replace(target.split("//")[1].split("@", maxsplit=1)[0], APP): "the copy would be empty",
    }
    for url, reason in refused_with.items():
        with pytest.raises(CommandError, match=reason):
            move(url)
    [name] = Association.objects.values_list("name", flat=True)
    name_it("What PostgreSQL takes not: \0")
    with pytest.raises(CommandError, match="Nothing was moved"):
        move(target)
    assert is_empty(aside)
    name_it(name)
    said = move(target)
    assert "moved and compared" in said
    with pytest.raises(CommandError, match="The target is not empty"):
        move(target)
    source.close()

    connections["default"] = aside
    forget_keys()
    for command in ("check_cases", "verify_audit", "verify_vault"):
        call_command(command, stdout=io.StringIO())
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="append-only"):
        cursor.execute("DELETE FROM cases_caseevent")
    with pytest.raises(CommandError, match="a move begins at the embedded database"):
        move(target)
    assert opens_a_case_as_the_application()


def opens_a_case_as_the_application() -> bool:
    """A volunteer of the demo signs in and reads a case: the reading is a new row behind those that came."""
    owner = database.identity()
    database.become(database.application())
    try:
        user = user_by_email("benevole@demo.invalid")
        assert user
        association = Association.objects.get()
        with scope.enter(association.pk):
            case = Case.objects.filter(assigned_to=user).order_by("pk")[0]
            last = AuditEntry.objects.order_by("-pk")[0].pk
        page = signed_in(user, association=association).get(f"/desk/dossiers/{case.reference}/")
        assert page.status_code == 200
        assert case.reference in page.content.decode()
        with scope.enter(association.pk):
            return AuditEntry.objects.order_by("-pk")[0].pk > last
    finally:
        database.become(owner)
