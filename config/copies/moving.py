"""From the embedded database to PostgreSQL: every row in one transaction of the target, or none.

1. The target is migrated, and must hold nothing else. 2. Within one transaction triggers that guard journals step
aside, each table is copied, foreign keys are checked, triggers come back, numbering goes on after the last id, the
roles get their rights. 3. Every table is counted and compared on both sides; only then is it committed.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import load_backend

from config.copies import postgres
from config.copies.manifest import Sum, Table, differences
from config.copies.refused import Refused
from config.copies.sources import FROM_MIGRATING
from config.roles import GRANTS_SQL
from config.settings.base import postgres as settings_of
from config.settings.given import secret

EMBEDDED, DEFAULT = "embedded", "default"
_BATCH = 2000
Model = type[models.Model]


def move(url: str) -> dict[str, Table]:
    """What was moved, by table. Raises Refused, with nothing in the target but empty tables."""
    if connection.vendor != "sqlite":
        raise Refused("DATABASE_URL names a PostgreSQL already: a move begins at the embedded database.")
    _refuse_unmigrated()
    with _target_as_default(url):
        try:
            _refuse_unfit()
            call_command("migrate", interactive=False, verbosity=0)
            return _copied()
        except DatabaseError as error:
            raise Refused(f"PostgreSQL refused ({type(error).__name__}). Nothing was moved.") from error


def _refuse_unmigrated() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Refused("The embedded database is of an older version: run `manage.py migrate` on it first.")


@contextmanager
def _target_as_default(url: str) -> Iterator[None]:
    """For as long as it lasts `default` is the target, as migrations know it, and `embedded` is what it was."""
    source, target = connections[DEFAULT], _opened(url)
    connections.settings[EMBEDDED] = connections.settings[DEFAULT]
    connections[EMBEDDED], connections[DEFAULT] = source, target
    try:
        yield
    finally:
        target.close()
        connections[DEFAULT] = source
        del connections[EMBEDDED], connections.settings[EMBEDDED]


def _opened(url: str) -> BaseDatabaseWrapper:
    if not url.startswith(("postgres://", "postgresql://")):
        raise Refused("Give the target as postgres://opposable_migrate@host/opposable.")
    parts = urlsplit(url)
    if parts.password or "password" in parse_qs(parts.query):
        raise Refused(
            "A password in --to is read by whoever sees the list of processes: give it in MIGRATE_PASSWORD (or the "
            "file that MIGRATE_PASSWORD_FILE names) and the URL without it, and change this one. Nothing was moved."
        )
    try:
        given = settings_of(url)
    except ValueError:  # a port that is no number
        raise Refused("Give the target as postgres://opposable_migrate@host:5432/opposable.") from None
    given["PASSWORD"] = secret("MIGRATE_PASSWORD")
    # A table takes as long as it takes.
    given["OPTIONS"]["options"] = "-c statement_timeout=0 -c lock_timeout=5000"
    whole = connections.configure_settings({DEFAULT: {}, EMBEDDED: given})[EMBEDDED]
    wrapper: BaseDatabaseWrapper = load_backend(whole["ENGINE"]).DatabaseWrapper(whole, DEFAULT)
    return wrapper


def _refuse_unfit() -> None:
    postgres.refuse_blind_role()
    if missing := postgres.missing_roles():
        raise Refused(f"The server lacks {', '.join(missing)}: run what `manage.py create_roles` prints first.")
    filled = [name for name in postgres.filled() if name not in FROM_MIGRATING]
    if filled:
        raise Refused(
            f"The target is not empty ({', '.join(filled[:3])}...): give another database. Nothing was moved."
        )


def _copied() -> dict[str, Table]:
    moved = list(_models())
    with transaction.atomic(using=EMBEDDED), transaction.atomic(), connection.cursor() as cursor:
        for model in moved:
            cursor.execute(f"ALTER TABLE {_table(model)} DISABLE TRIGGER USER")
        for model in moved:
            if model._meta.db_table in FROM_MIGRATING:
                cursor.execute(f"DELETE FROM {_table(model)}")  # noqa: S608  one of three names
        for model in moved:
            _copy(model)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for model in moved:
            cursor.execute(f"ALTER TABLE {_table(model)} ENABLE TRIGGER USER")
        for statement in connection.ops.sequence_reset_sql(no_style(), moved):
            cursor.execute(statement)
        cursor.execute(GRANTS_SQL.read_text(encoding="utf-8"))
        wanted = {model._meta.db_table: counted(model, using=EMBEDDED) for model in moved}
        found = {model._meta.db_table: counted(model, using=DEFAULT) for model in moved}
        if unlike := differences(wanted, found):
            raise Refused(f"What arrived is not what left: {', '.join(unlike[:5])}. Nothing was moved.")
    return found


def _models() -> Iterator[Model]:
    """Every table but that of the migrations, which the target has made itself."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model


def _copy(model: Model) -> None:
    fields = _columns(model)
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {_table(model)} ({names}) VALUES ({places})"  # noqa: S608  names of the models' own
    rows = _rows(model, using=EMBEDDED)
    with connection.cursor() as cursor:
        while batch := list(islice(rows, _BATCH)):
            try:
                cursor.executemany(statement, [_adapted(fields, row) for row in batch])
            except DatabaseError as error:  # its own words may quote what stands in the row
                name = model._meta.db_table
                raise Refused(
                    f"PostgreSQL refused a row of {name} ({type(error).__name__}). Nothing was moved."
                ) from None


def _adapted(fields: list[Any], row: tuple[Any, ...]) -> list[Any]:
    pairs = zip(fields, row, strict=True)
    return [field.get_db_prep_save(value, connection=connection) for field, value in pairs]


def counted(model: Model, *, using: str) -> Table:
    """Its rows with a digest that is the same on both engines."""
    found = Sum()
    for row in _rows(model, using=using):
        found.add(repr([_plain(value) for value in row]).encode())
    return Table(found.count, found.digest)


def _rows(model: Model, *, using: str) -> Iterator[tuple[Any, ...]]:
    """Door: every row of every association, as values; sealed columns as their ciphertext."""
    names = [field.attname for field in _columns(model)]
    yield from model._base_manager.using(using).values_list(*names).iterator(chunk_size=_BATCH)


def _columns(model: Model) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.generated]


def _plain(value: Any) -> object:
    """One form for what the engines give in several: bytes, instants, JSON."""
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    return value


def _table(model: Model) -> str:
    return connection.ops.quote_name(model._meta.db_table)
