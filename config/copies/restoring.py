"""Taking an archive back: all of it is verified before anything is touched, then files, then the database at once.

1. The archive is read to its end; what it holds must fit this platform. 2. Its sealed files are put into the store:
names are used once, so that nothing there is lost by it. 3. The database is replaced in one transaction, within which
the rows are compared and the keys destroyed since are destroyed again. A process that dies before its end leaves the
database as it was. 4. Rows of the erased are brought to where erasing had left them, and every session is ended. From 2
on until the end a mark outside tells that it is not done (`unfinished`).
"""

import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

import cases.actions
import vault.access
from accounts.actions import complete_destroyed, end_every_session
from config.copies import entries, leftovers, postgres, sqlite, unfinished
from config.copies.manifest import Manifest, Table, differences
from config.copies.postgres import AS_TEXT, DIGEST
from config.copies.proof import is_proven
from config.copies.refused import Refused, explain_disk
from config.copies.sources import FROM_MIGRATING
from config.copies.verifying import Opener, contents, verify
from config.roles import GRANTS_SQL
from vault.access import flaw_of
from vault.box import store


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """`kept`: sealed files that were in the store already. `erased_again`: cases erased since the archive was made.

    `migrated`: the archive was of an older version, and its schema was brought up to date. `unsound`: sealed files
    that are not what their row says, after all was put back.
    """

    manifest: Manifest
    kept: int
    erased_again: int
    migrated: bool
    unsound: list[str]


def restore(
    archive: BinaryIO,
    *,
    opener: Opener,
    replace: bool,
    unproven: bool,
    destroyed: Collection[UUID] | None,
    today: date,
    at: datetime,
) -> Restored:
    """`destroyed`: the keys that were destroyed until today; None where that is not known. `unproven`: take it although
    nothing proves that this platform made it. Raises Refused.

    This machine's own list is completed before anything is put back: the next restore of an old archive, after these
    people's rows are purged, has nothing else to know them by.
    """
    manifest = verify(archive, opener=opener)
    refuse_unproven(manifest, unproven=unproven)
    refuse_misfit(manifest, destroyed=destroyed)
    refuse_filled(replace=replace)
    gone = _known_to(manifest).union(destroyed or ())
    leftovers.remove_copies(Path(settings.VAR_DIR))
    try:
        with unfinished.begun(manifest.made_at):
            complete_destroyed(gone)
            kept = _put_blobs(archive, opener)
            wanted = _put_database(archive, opener, manifest, gone)
    except (OSError, sqlite3.Error) as error:
        raise explain_disk(
            error, doing="while the archive was put back; the database is as it was, and what files came stay"
        ) from error
    _refuse_unlike(wanted)
    migrated = _migrate()
    erased = cases.actions.erase_again(gone, today=today, at=at)
    end_every_session(at=at)
    unfinished.end()
    unsound = [one.path for one in vault.access.verify().unsound]
    return Restored(manifest=manifest, kept=kept, erased_again=erased, migrated=migrated, unsound=unsound)


def refuse_unproven(manifest: Manifest, *, unproven: bool) -> None:
    """What is in a dump is run as the tables' owner: whoever may choose it may do anything."""
    if not unproven and not is_proven(manifest):
        raise Refused(
            "Nothing proves that this platform made the archive: none of the master keys in VAULT_KEKS was its own. "
            "Give them as they were, older ones too. If they are lost and you know where the archive comes from, add "
            "--unproven. Nothing was touched."
        )


def refuse_misfit(manifest: Manifest, *, destroyed: Collection[UUID] | None) -> None:
    """Raises Refused where the archive is of another engine or a newer version, or the list of keys too old."""
    if manifest.engine != connection.vendor:
        raise Refused(
            f"This archive is of a {manifest.engine} database, and DATABASE_URL names a {connection.vendor} one: "
            "restore it on the same kind, then `manage.py move_database`. Nothing was touched."
        )
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    foreign = sorted(set(manifest.migrations) - {f"{app}.{name}" for app, name in known or {}})
    if foreign:
        raise Refused(
            f"This archive was made by another version of Opposable ({', '.join(foreign[:3])}): restore it with that "
            "version. Nothing was touched."
        )
    if destroyed is not None and (lacking := _known_to(manifest) - set(destroyed)):
        raise Refused(
            f"The list of destroyed keys lacks {len(lacking)} that were destroyed before the archive was made: it is "
            "not the newest. Find that one, or people who were erased would come back."
        )


def _known_to(manifest: Manifest) -> set[UUID]:
    return set(map(UUID, manifest.destroyed))


def refuse_filled(*, replace: bool) -> None:
    """Raises Refused while the platform still works on this database, and where it holds rows unless `replace`."""
    if connection.vendor == "postgresql":
        _refuse_unfit_server()
    filled = [name for name in _filled() if name not in FROM_MIGRATING]
    if filled and not replace:
        raise Refused(
            f"The database holds rows ({', '.join(filled[:3])}...): they would be replaced. Add --replace if that is "
            "what you want. Nothing was touched."
        )


def _refuse_unfit_server() -> None:
    postgres.refuse_blind_role()
    if missing := postgres.missing_roles():
        raise Refused(f"The server lacks {', '.join(missing)}: run what `manage.py create_roles` prints first.")
    if open_now := postgres.sessions_of_others():
        raise Refused(f"The platform still works on this database ({open_now} connections): stop web, worker and beat.")


def _filled() -> list[str]:
    if connection.vendor == "postgresql":
        return postgres.filled()
    return sqlite.filled(_file())


def _file() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def _put_blobs(archive: BinaryIO, opener: Opener) -> int:
    """How many were there already, byte for byte; what is there and differs is replaced."""
    kept = 0
    for entry, pieces in contents(archive, opener=opener):
        if entry.startswith(entries.BLOB):
            blob = entries.blob_of(entry)
            if flaw_of(blob.name, digest=blob.digest):
                store.write(blob.name, pieces)
            else:
                kept += 1
    return kept


def _put_database(
    archive: BinaryIO, opener: Opener, manifest: Manifest, destroyed: Collection[UUID]
) -> dict[str, Table]:
    """What stands in the file now; {} of a PostgreSQL, whose transaction has compared it."""
    entry, pieces = next(contents(archive, opener=opener))
    if entry != entries.DATABASE:
        raise Refused("The archive does not begin with its database: it is not to be trusted.")
    connection.close()
    if connection.vendor == "postgresql":
        postgres.put_over(pieces, before=EMPTY, after="\n".join(_after(manifest, destroyed)))
        return {}
    with sqlite.unpacked(pieces, live=_file()) as copy:
        if unlike := differences(manifest.tables, copy.tables()):
            raise Refused(f"What came out of the archive is not what went in: {', '.join(unlike[:5])}.")
        copy.destroy_keys(destroyed)
        copy.put_over(_file())
        return copy.tables()


def _refuse_unlike(wanted: dict[str, Table]) -> None:
    if wanted and (unlike := differences(wanted, sqlite.tables_of(_file()))):
        raise Refused(f"The database is not what was put into it: {', '.join(unlike[:5])}. Restore it again.")


# Whoever still holds a table open is told of within seconds; row-level security, triggers and functions go with it.
EMPTY = """
SET lock_timeout = '5s';
SET client_min_messages = warning;
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP TABLE public.%I CASCADE', one.tablename);
    END LOOP;
    FOR one IN SELECT oid::regprocedure::text AS signature FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        AND proowner = (SELECT oid FROM pg_roles WHERE rolname = current_user) LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', one.signature);
    END LOOP;
END
$$;
"""


def _after(manifest: Manifest, destroyed: Collection[UUID]) -> Iterator[str]:
    """What still belongs to the transaction: the comparison, the keys that stay destroyed, the roles' grants."""
    yield f"{AS_TEXT}; SET search_path = public;"
    for name, table in sorted(manifest.tables.items()):
        counted = sql.SQL(DIGEST).format(table=sql.Identifier(name))
        yield _IS_ALIKE.format(
            counted=counted,
            wanted=sql.Literal(f"{table.rows} {table.digest}"),
            complaint=sql.Literal(f"{name} is not what was backed up"),
        ).as_string()
    for subject in sorted(destroyed):
        yield sql.SQL("DELETE FROM accounts_datakey WHERE subject = {};").format(sql.Literal(str(subject))).as_string()
    yield GRANTS_SQL.read_text(encoding="utf-8")


_IS_ALIKE = sql.SQL(
    "DO $$ DECLARE rows bigint; digest text; BEGIN {counted} INTO rows, digest; "
    "ASSERT rows || ' ' || digest = {wanted}, {complaint}; END $$;"
)


def _migrate() -> bool:
    """Bring the schema of an older archive up to date. False when it was."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    call_command("migrate", interactive=False, verbosity=0)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(GRANTS_SQL.read_text(encoding="utf-8"))
    return True
