"""`manage.py verify_vault [--json]`: is every sealed file there, byte for byte?"""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vault import access


class Command(BaseCommand):
    help = "Re-hash every sealed file (no key needed). Ends with 1 when one is missing, damaged or unreadable."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json",
            action="store_true",
            help=(
                "one line: checked, damaged, missing, unreadable (ids), orphans (a count), "
                "unsound (id, flaw, association, path), orphan_paths"
            ),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = access.verify()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found)))
        else:
            self.stdout.write(
                f"{found.checked} sealed files checked: {len(found.damaged)} damaged, {len(found.missing)} missing, "
                f"{len(found.unreadable)} unreadable; {found.orphans} blobs without a row."
            )
            for one in found.unsound:
                self.stdout.write(f"{one.flaw}: {one.path} (association «{one.association}», sealed file {one.id})")
            for path in found.orphan_paths:
                self.stdout.write(f"without a row: {path}")
        if not found.is_sound:
            raise CommandError(
                f"Restore from a backup: damaged {found.damaged}, missing {found.missing}. "
                f"Look at the disk, or the rights: unreadable {found.unreadable}."
            )
