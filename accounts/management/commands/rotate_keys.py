"""`manage.py rotate_keys [--json]`: bring every root key under the first master key of VAULT_KEKS."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import access, actions, crypto
from accounts.fields import MasterKeyMissing


class Command(BaseCommand):
    help = "Re-wrap the root keys under the first master key of VAULT_KEKS. Stopped in between, it goes on next time."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one line: key, roots, rotated, unneeded (key ids)")

    def handle(self, *args: Any, **options: Any) -> None:
        current, _ = crypto.current_kek()
        roots, rotated = self.rotate(current)
        needed = {row.kek_id for row in access.root_keys()}
        unneeded = sorted(set(crypto.keks()) - needed - {current})
        if options["json"]:
            counts = {"key": current, "roots": roots, "rotated": rotated, "unneeded": unneeded}
            self.stdout.write(json.dumps(counts))
            return
        self.stdout.write(f"{rotated} of {roots} root keys re-wrapped; all of them are under «{current}».")
        for name in unneeded:
            self.stdout.write(
                f"«{name}» is needed no more: take it out of VAULT_KEKS and restart. "
                "Backups made until today still need it."
            )

    def rotate(self, current: str) -> tuple[int, int]:
        """How many root keys there are, and how many were re-wrapped; each is told on stderr once it is committed."""
        roots = rotated = 0
        try:
            for one in actions.rotate_keys(at=timezone.now()):
                roots += 1
                rotated += bool(one.before)
                if one.before:
                    owner = "the instance" if one.association_id is None else f"association {one.association_id}"
                    self.stderr.write(f"{owner}: «{one.before}» -> «{current}»")
        except crypto.Tampered as error:
            raise CommandError(
                f"Stopped after {rotated} re-wrapped root keys: the master key that the next one names is in "
                "VAULT_KEKS, and is not the one that sealed it. Put the right key in its place, then run this again. "
                "Nothing was lost."
            ) from error
        except MasterKeyMissing as error:
            raise CommandError(
                f"Stopped after {rotated} re-wrapped root keys: the next one cannot be opened. {error} "
                f"Put its master key back into VAULT_KEKS, then run this again: behind «{current}» if it is the older "
                f"one; in front, and «{current}» behind it, if it is the newer one. Nothing was lost."
            ) from error
        return roots, rotated
