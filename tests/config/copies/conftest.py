"""A platform that a test may destroy: a database of its own beside the suite's, and a folder of its own."""

import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.db.utils import load_backend
from psycopg import sql

from config.copies import keys
from tests import database

KEY = keys.new_private()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where archives are put."""
    made = tmp_path / "archives"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture(scope="session")
def template(django_db_setup: None) -> Iterator[str]:
    """The suite's PostgreSQL, once more: nobody may be in what a database is made from."""
    if not database.on_postgres():
        yield ""
        return
    suite, name = connection.settings_dict["NAME"], f"copy_{uuid4().hex[:12]}"
    connection.close()
    database.send_others_home()
    _as_owner(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(suite)))
    yield name
    _as_owner(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def platform(template: str, db: None, settings: Any, tmp_path: Path) -> Iterator[Path]:
    """An empty platform's folder; until the end the database is a throw-away one, asked as its owner.

    What a test does there is committed, and nothing of it reaches the suite's own.
    """
    var = tmp_path / "var"
    var.mkdir(mode=0o700)
    settings.VAR_DIR = var
    settings.STORAGES = settings.STORAGES | {
        "default": settings.STORAGES["default"] | {"OPTIONS": {"location": var / "sealed"}}
    }
    settings.AUDIT_HEADS_FILE = str(var / "audit-heads.jsonl")
    settings.DESTROYED_KEYS_FILE = str(var / "destroyed-keys.txt")
    settings.BACKUP_STATE_FILE = str(var / "last-backup.json")
    settings.BACKUP_PUBLIC_KEY = keys.public_of(KEY)
    with _another_postgres(template) if template else _another_file(var / "opposable.sqlite3"):
        yield var


@contextmanager
def _another_file(path: Path) -> Iterator[None]:
    suite = sqlite3.connect(connection.settings_dict["NAME"])
    with closing(suite), closing(sqlite3.connect(path)) as own:
        suite.backup(own)
    with _asking({"NAME": path}):
        yield


@contextmanager
def _another_postgres(template: str) -> Iterator[None]:
    name = f"copy_{uuid4().hex[:12]}"
    _as_owner(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    with _asking({"NAME": name} | database.owner()):
        yield
    _as_owner(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _asking(there: dict[str, Any]) -> Iterator[None]:
    """In place of the suite's connection, in whose transaction the test stands."""
    suite = connections["default"]
    own = load_backend(suite.settings_dict["ENGINE"]).DatabaseWrapper(suite.settings_dict | there, "default")
    connections["default"] = own
    yield
    own.close()
    connections["default"] = suite


def _as_owner(statement: sql.Composed) -> None:
    given = connection.settings_dict
    owner = database.owner()
    with psycopg.connect(
        host=given["HOST"],
        port=given["PORT"],
        dbname="postgres",
        user=owner["USER"],
        password=owner["PASSWORD"] or None,
        autocommit=True,
    ) as opened:
        opened.execute(statement)


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """The file of what opens archives, where none of them lies."""
    path = tmp_path / "usb" / "private"
    path.parent.mkdir()
    path.write_text(keys.written(KEY))
    return path


def backup(out: Path, *options: str) -> dict[str, Any]:
    said = io.StringIO()
    call_command("backup", "--out", str(out), "--json", *options, stdout=said)
    told: dict[str, Any] = json.loads(said.getvalue())
    return told


def restore(archive: Path, private: Path, *options: str) -> dict[str, Any]:
    said = io.StringIO()
    call_command("restore", str(archive), "--key", str(private), "--json", *options, stdout=said)
    told: dict[str, Any] = json.loads(said.getvalue())
    return told
