"""`manage.py restore FILE`: put an archive of `manage.py backup` back, all of it or nothing."""

import json
from argparse import ArgumentParser
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from accounts.actions import read_destroyed
from config import checks
from config.copies import keys, postgres, restoring
from config.copies.keys import Secret
from config.copies.restoring import Restored
from config.management.commands.backup import text_of
from config.management.commands.runplatform import hold


class Command(BaseCommand):
    help = (
        "Verify an archive to its last byte, then put its sealed files and its database back, compare the counts, and "
        "erase again whoever was erased since. On PostgreSQL: as opposable_migrate, with the platform stopped."
    )
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, allow_abbrev=False, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("archive", metavar="FILE", help="what `manage.py backup` wrote")
        parser.add_argument("--key", metavar="FILE", help="what opens it: the file of `manage.py backup_key`")
        parser.add_argument("--passphrase", metavar="FILE", help="what opens it: a file with the passphrase")
        parser.add_argument("--replace", action="store_true", help="also where the database holds rows: they are lost")
        parser.add_argument(
            "--destroyed", metavar="FILE", help="the list of keys destroyed since; default: DESTROYED_KEYS_FILE"
        )
        parser.add_argument(
            "--unproven", action="store_true", help="also one that no master key proves: whoever wrote it is trusted"
        )
        parser.add_argument(
            "--no-destroyed-list", action="store_true", help="the list is lost: who was erased since comes back"
        )
        parser.add_argument(
            "--json",
            action="store_true",
            help="one line: made_at, engine, tables, rows, blobs, blob_bytes, kept, erased_again, migrated, unsound",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path, secret, destroyed = Path(options["archive"]), secret_in(options), destroyed_in(options)
        now = timezone.now()
        try:
            archive = path.open("rb")
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=2) from error
        with archive, held():
            done = restoring.restore(
                archive,
                opener=lambda lock: keys.key_of(lock, secret),
                replace=options["replace"],
                unproven=options["unproven"],
                destroyed=destroyed,
                today=timezone.localdate(now),
                at=now,
            )
        self.stdout.write(json.dumps(told(done)) if options["json"] else sentence(done))
        self.refuse_unsound(done)

    def refuse_unsound(self, done: Restored) -> None:
        for closed in checks.unreadable_roots():
            self.stderr.write(f"{checks.explain_closed(closed)}\n{checks.WHERE_TO_FIND_KEYS}")
        if done.unsound:
            raise CommandError(
                f"The database is back; {len(done.unsound)} sealed files are not sound (`manage.py verify_vault` names "
                f"them): {', '.join(done.unsound[:5])}."
            )


def held() -> AbstractContextManager[Any]:
    """The embedded platform must not run meanwhile; of PostgreSQL's, its connections tell."""
    return hold(settings.VAR_DIR) if connection.vendor == "sqlite" else postgres.unhurried()


def secret_in(options: dict[str, Any]) -> Secret:
    if bool(options["key"]) == bool(options["passphrase"]):
        raise CommandError("Give what opens the archive: --key FILE, or --passphrase FILE.", returncode=2)
    if options["key"]:
        return Secret(private=keys.read_private(text_of(Path(options["key"]))))
    return Secret(passphrase=text_of(Path(options["passphrase"])).strip())


def destroyed_in(options: dict[str, Any]) -> set[UUID] | None:
    """None only where it was typed out that the list is lost."""
    if options["no_destroyed_list"]:
        return None
    path = Path(options["destroyed"] or settings.DESTROYED_KEYS_FILE)
    try:
        return read_destroyed(path)
    except OSError as error:
        raise CommandError(
            f"The list of destroyed keys, {path}, cannot be read ({error.strerror}): without it people who were erased "
            "since the archive was made come back. Give it in --destroyed, or type --no-destroyed-list if it is lost.",
            returncode=2,
        ) from error


def told(done: Restored) -> dict[str, object]:
    manifest = done.manifest
    return {
        "made_at": manifest.made_at,
        "engine": manifest.engine,
        "tables": {name: table.rows for name, table in manifest.tables.items()},
        "rows": manifest.rows,
        "blobs": manifest.blobs,
        "blob_bytes": manifest.blob_bytes,
        "kept": done.kept,
        "erased_again": done.erased_again,
        "migrated": done.migrated,
        "unsound": done.unsound,
    }


def sentence(done: Restored) -> str:
    manifest = done.manifest
    again = f" {done.erased_again} cases that were erased since are erased again." if done.erased_again else ""
    newer = " Its schema was brought up to date." if done.migrated else ""
    return (
        f"Restored as of {manifest.made_at}: {manifest.rows} rows of {len(manifest.tables)} tables, compared, and "
        f"{manifest.blobs} sealed files ({done.kept} were there).{again}{newer}\n"
        f"Every session has ended. What was decided after {manifest.made_at} is undone: withdraw again whoever left "
        "since, and the programs' keys that were withdrawn (docs/how-to/restore.md)."
    )
