"""`manage.py chain_audit [--heads]`: what the beat jobs do for the audit log, for a machine without them."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import tasks


class Command(BaseCommand):
    help = "Chain what the audit logs recorded since the last run. With --heads, also write outside where they end."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--heads", action="store_true", help="append the day's heads to AUDIT_HEADS_FILE, once")

    def handle(self, *args: Any, **options: Any) -> None:
        chained = tasks.chain()
        self.stdout.write(f"{chained} entries chained.")
        if options["heads"]:
            self.stdout.write(f"{_write_heads()} heads written.")


def _write_heads() -> int:
    try:
        return tasks.heads()
    except OSError as error:
        raise CommandError(
            f"The heads cannot be written to {settings.AUDIT_HEADS_FILE} ({error.strerror}); the log has them. "
            "Give AUDIT_HEADS_FILE the path of a file that this user may write."
        ) from error
