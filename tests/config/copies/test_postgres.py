"""On PostgreSQL: who may make a copy, and that one transaction puts it back with all its walls."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from accounts.models import Association
from config.copies import postgres
from config.copies.manifest import Table
from config.copies.refused import Refused
from config.roles import APP
from tests import database, factories
from tests.config.copies.conftest import backup, restore
from tests.config.copies.test_refusals import rewrite, verified

pytestmark = pytest.mark.postgres

# What stands in a schema beside its rows, as text: walls, rights, keys, functions, and where numbering goes on.
CATALOGUE = """
SELECT tablename || policyname || coalesce(qual, '') || coalesce(with_check, '') || cmd FROM pg_policies
UNION ALL SELECT relname || relrowsecurity || relforcerowsecurity || coalesce(array_to_string(ARRAY(
    SELECT unnest(relacl)::text ORDER BY 1), ','), '') FROM pg_class WHERE relnamespace = 'public'::regnamespace
UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT pg_get_functiondef(oid) || prosecdef || coalesce(proacl::text, '') FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT sequencename || coalesce(last_value, 0) FROM pg_sequences
UNION ALL SELECT attrelid::regclass || attname || coalesce(attacl::text, '') FROM pg_attribute
    WHERE attacl IS NOT NULL AND NOT attisdropped
ORDER BY 1
"""

# A condition that was written out and read again has its casts and brackets elsewhere.
_WRITTEN_ANEW = re.compile(r"::(character varying|text)(\[\])?|[()\[\]]")


def catalogue() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(CATALOGUE)
        return [_WRITTEN_ANEW.sub("", row[0]) for row in cursor.fetchall()]


@pytest.fixture
def archive(platform: Path, folder: Path) -> Path:
    factories.make_association(slug="union")
    backup(folder / "a.backup")
    return folder / "a.backup"


@pytest.fixture
def as_application(archive: Path) -> Iterator[None]:
    database.become(database.application())
    yield
    database.become(database.owner())


def test_walls_rights_triggers_and_numbering_come_back_with_the_rows(archive: Path, private: Path) -> None:
    before = catalogue()
    assert sum("CREATE TRIGGER" in line for line in before) > 5

    restore(archive, private, "--replace")

    assert catalogue() == before


def test_the_applications_role_can_neither_copy_nor_restore(as_application: None, archive: Path, private: Path) -> None:
    """It sees one association at a time: its copy would be empty, and nobody would notice before it is needed."""
    with pytest.raises(CommandError, match="the copy would be empty"):
        backup(archive.with_name("b.backup"))
    with pytest.raises(CommandError, match="as opposable_migrate"):
        restore(archive, private, "--replace")

    assert [path.name for path in archive.parent.iterdir()] == ["a.backup"]


def test_a_dump_that_row_level_security_emptied_is_noticed(archive: Path, private: Path) -> None:
    """`pg_dump --enable-row-security` as the application's role ends with 0 and lacks every tenant's rows."""
    told = verified(archive)
    given = connection.settings_dict
    address = f"postgres://{APP}@{given['HOST']}:{given['PORT']}/{given['NAME']}"
    command = ["pg_dump", "--format=custom", "--enable-row-security", address]
    dump = subprocess.run(command, check=True, capture_output=True).stdout

    found = postgres.rows_in_dump([dump])

    assert found.keys() == told.tables.keys()
    assert (told.tables["accounts_datakey"].rows, found["accounts_datakey"]) == (1, 0)


def test_while_the_platform_works_nothing_is_restored(archive: Path, private: Path) -> None:
    given = connection.settings_dict
    with (
        psycopg.connect(host=given["HOST"], port=given["PORT"], dbname=given["NAME"], user=APP),
        pytest.raises(CommandError, match="stop web, worker and beat"),
    ):
        restore(archive, private, "--replace")


def test_rows_that_are_not_those_of_the_manifest_undo_the_whole_restoration(archive: Path, private: Path) -> None:
    told = verified(archive)
    wrong = Table(told.tables["accounts_association"].rows, "0")
    told.tables["accounts_association"] = wrong
    rewrite(archive, told.written())
    before = (postgres.tables(), catalogue())

    with pytest.raises(CommandError, match="accounts_association is not what was backed up"):
        restore(archive, private, "--replace")

    assert (postgres.tables(), catalogue()) == before


def test_a_restoration_that_breaks_off_leaves_the_database_as_it_was(archive: Path) -> None:
    with postgres.snapshot() as source:
        dump = b"".join(source.dump())
    before = (postgres.tables(), catalogue())
    connection.close()

    def broken(*, at: int) -> Iterator[bytes]:
        yield dump[:at]
        raise OSError("the disk of the archive is gone")

    for at in (0, len(dump) // 2, len(dump)):
        with pytest.raises(OSError, match="is gone"):
            postgres.put_over(broken(at=at), before="DROP TABLE public.vault_deposit CASCADE;", after="")
    with pytest.raises(Refused, match="pg_restore failed, and nothing was changed"):
        postgres.put_over([dump[: len(dump) // 2]], before="", after="")

    assert (postgres.tables(), catalogue()) == before


def test_an_archive_of_an_older_version_is_brought_up_to_date(platform: Path, folder: Path, private: Path) -> None:
    factories.make_association(slug="union")
    last = sorted(name for app, name in MigrationRecorder(connection).applied_migrations() if app == "cases")
    call_command("migrate", "cases", last[-2], verbosity=0)
    backup(folder / "a.backup")

    back = restore(folder / "a.backup", private, "--replace")

    assert back["migrated"]
    assert ("cases", last[-1]) in MigrationRecorder(connection).applied_migrations()
    assert Association.objects.get().slug == "union"


def test_no_password_stands_in_a_list_of_processes(platform: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = connection.settings_dict
    monkeypatch.setitem(given, "PASSWORD", "it's a secret")
    environment = postgres._environment("psql")

    assert (environment["PGPASSWORD"], environment["PGDATABASE"]) == ("it's a secret", given["NAME"])


def test_programs_of_a_copy_are_told_no_secret_of_the_platform_and_connect_as_it_does(
    platform: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = connection.settings_dict
    with monkeypatch.context() as patch:
        patch.setitem(given, "PASSWORD", "it's a secret")
        patch.setitem(given["OPTIONS"], "sslmode", "verify-full")
        patch.setitem(given["OPTIONS"], "sslrootcert", "/etc/ssl/ours.pem")
        for name in ("SECRET_KEY", "VAULT_KEKS", "EMAIL_URL", "DATABASE_PASSWORD", "PGSERVICE", "PGOPTIONS"):
            patch.setenv(name, "told to nobody")
        patch.setenv("PGSSLMODE", "disable")
        patch.setenv("PGSSLNEGOTIATION", "postgres")
        told = {program: postgres._environment(program) for program in ("psql", "pg_dump", "pg_restore")}

    assert "told to nobody" not in {value for one in told.values() for value in one.values()}
    assert told["psql"] == told["pg_dump"]
    assert (told["psql"]["PGSSLMODE"], told["psql"]["PGSSLROOTCERT"]) == ("verify-full", "/etc/ssl/ours.pem")
    assert told["psql"]["PGSSLNEGOTIATION"] == "postgres"
    assert not [name for name in told["pg_restore"] if name.startswith("PG")]
