"""A platform that a test may destroy: a database of its own beside the suite's, and a folder of its own."""

import io
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
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


@pytest.fixture
def platform(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[Path]:
    """An empty platform's folder; until the end the database is a throw-away one, asked as its owner."""
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
    with _another_postgres() if database.on_postgres() else _another_file(var / "opposable.sqlite3"):
        yield var


@contextmanager
def _another_file(path: Path) -> Iterator[None]:
    suite = connection.settings_dict["NAME"]
    connection.close()
    shutil.copy(suite, path)
    connection.settings_dict["NAME"] = path
    yield
    connection.close()
    connection.settings_dict["NAME"] = suite


@contextmanager
def _another_postgres() -> Iterator[None]:
    """Made from the suite's as its template, which takes a tenth of a second and needs nobody in it."""
    suite, role = connection.settings_dict["NAME"], database.identity()
    name = f"copy_{uuid4().hex[:12]}"
    connection.close()
    database.send_others_home()
    _as_owner(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(suite)))
    database.become(database.owner())
    connection.settings_dict["NAME"] = name
    yield
    database.become(role)
    connection.settings_dict["NAME"] = suite
    _as_owner(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


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
