"""`manage.py backup_key --out FILE`: a pair of keys; what seals may lie on the server, what opens may not."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from config.copies import keys


class Command(BaseCommand):
    help = "Make the key that opens backups, in a new file (mode 0600), and print BACKUP_PUBLIC_KEY, which seals them."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", required=True, metavar="FILE", help="where the private key is written")

    def handle(self, *args: Any, **options: Any) -> None:
        private = keys.new_private()
        try:
            descriptor = os.open(Path(options["out"]), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{options['out']} cannot be made ({error.strerror}): nothing was written.") from error
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(keys.written(private) + "\n")
        self.stdout.write(f"BACKUP_PUBLIC_KEY={keys.public_of(private)}")
        self.stderr.write(f"Move {options['out']} off this machine, to two places where no backup lies.")
