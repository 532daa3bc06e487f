"""A database held still for a copy: what is asked of it, whichever it is."""

from collections.abc import Collection, Iterator
from typing import Any, ClassVar, Protocol
from uuid import UUID

from django.apps import apps

from config.copies.manifest import Table

MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"
BLOBS = "SELECT stored_name, sha256_cipher FROM vault_sealedfile ORDER BY id"
# What a database holds from its migrations alone: it counts as empty.
FROM_MIGRATING = {"django_migrations", "django_content_type", "auth_permission"}


class Source(Protocol):
    """One state of every table, for as long as it is open."""

    engine: ClassVar[str]

    def rows(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """Row by row; the memory needed does not grow with them."""

    def tables(self) -> dict[str, Table]:
        """Every table, counted, with a digest that the same engine gives again for the same rows."""

    def dump(self) -> Iterator[bytes]:
        """The whole database, in the engine's own form."""


def migrations_in(source: Source) -> list[str]:
    return [f"{app}.{name}" for app, name in source.rows(MIGRATIONS)]


def keyless_in(source: Source, *, tables: Collection[str]) -> set[UUID]:
    """Every subject that a row names and no key stands for: they were destroyed.

    `tables`: those that there are. A copy made before a migration has not all that the code knows.
    """
    found: set[UUID] = set()
    for table in tables_with_subject():
        if table not in tables:
            continue
        asked = (
            f"SELECT DISTINCT subject FROM {table} named WHERE NOT EXISTS "  # noqa: S608  the models' own table names
            "(SELECT 1 FROM accounts_datakey kept WHERE kept.subject = named.subject)"
        )
        found |= {UUID(str(subject)) for (subject,) in source.rows(asked)}
    return found


def tables_with_subject() -> list[str]:
    """Tables whose rows are sealed under the key of a subject; not that of the keys themselves."""
    named = [model._meta for model in apps.get_models() if any(f.name == "subject" for f in model._meta.local_fields)]
    return sorted(meta.db_table for meta in named if not any(f.name == "wrapped" for f in meta.local_fields))
