"""`manage.py backup --out FILE`: the database and every sealed file in one sealed archive."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from config.copies import keys, places, writing
from config.copies.keys import Lock
from config.copies.writing import Written


class Command(BaseCommand):
    help = (
        "Write the database and the sealed files into one archive, sealed for BACKUP_PUBLIC_KEY or a passphrase, read "
        "it again and compare the counts. No key of the platform is in it. On PostgreSQL: as opposable_migrate."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", required=True, metavar="FILE", help="the archive, a new file (mode 0600)")
        parser.add_argument("--passphrase", metavar="FILE", help="seal with the passphrase in this file")
        parser.add_argument(
            "--json",
            action="store_true",
            help="one line: path, bytes, sha256, made_at, engine, tables, rows, blobs, blob_bytes, gone, missing, "
            "damaged",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        out = Path(options["out"]).absolute()
        given = [Path(options["passphrase"])] if options["passphrase"] else []
        places.refuse_place(out, secrets=given)
        lock, key = lock_for(given)
        written = writing.write(out, lock=lock, key=key, at=timezone.now())
        self.stdout.write(json.dumps(told(written)) if options["json"] else sentence(written))
        if written.missing:
            raise CommandError(
                f"{len(written.missing)} sealed files that the database names are not in the store: the archive lacks "
                f"them, and is not noted as the last backup. Is the store there, and VAR_DIR ({settings.VAR_DIR}) the "
                "platform's own? `manage.py verify_vault` names them."
            )
        self.note(written)
        if written.manifest.damaged:
            raise CommandError(
                f"{len(written.manifest.damaged)} sealed files are not what their rows say: the archive has them as "
                "they are. Put them back from an older one (`manage.py verify_vault` names them)."
            )

    def note(self, written: Written) -> None:
        try:
            writing.note_last(written)
        except OSError as error:
            self.stderr.write(f"The archive is whole; {settings.BACKUP_STATE_FILE} was not written: {error.strerror}.")


def lock_for(passphrases: list[Path]) -> tuple[Lock, bytes]:
    for path in passphrases:
        return keys.lock_for_passphrase(keys.read_passphrase(text_of(path)))
    if settings.BACKUP_PUBLIC_KEY:
        return keys.lock_for_key(keys.read_public(settings.BACKUP_PUBLIC_KEY))
    raise CommandError(
        "An archive is always sealed: set BACKUP_PUBLIC_KEY (`manage.py backup_key --out FILE` makes it), or give a "
        "file with a passphrase in --passphrase.",
        returncode=2,
    )


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read ({type(error).__name__}).", returncode=2) from error


def told(written: Written) -> dict[str, object]:
    manifest = written.manifest
    tables = {name: asdict(table)["rows"] for name, table in manifest.tables.items()}
    return {
        "path": written.path,
        "bytes": written.bytes,
        "sha256": written.sha256,
        "made_at": manifest.made_at,
        "engine": manifest.engine,
        "tables": tables,
        "rows": manifest.rows,
        "blobs": manifest.blobs,
        "blob_bytes": manifest.blob_bytes,
        "gone": removed_meanwhile(written),
        "missing": written.missing,
        "damaged": manifest.damaged,
    }


def removed_meanwhile(written: Written) -> list[str]:
    return [name for name in written.manifest.gone if name not in written.missing]


def sentence(written: Written) -> str:
    manifest = written.manifest
    removed = removed_meanwhile(written)
    gone = f" {len(removed)} sealed files were removed meanwhile." if removed else ""
    return (
        f"{written.path}: {manifest.rows} rows of {len(manifest.tables)} tables and {manifest.blobs} sealed files, "
        f"{written.bytes} bytes, read again and compared.{gone}"
    )
