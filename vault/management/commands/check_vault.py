"""`manage.py check_vault`: re-hash the sealed files whose turn it is, as the beat job does."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from vault import actions


class Command(BaseCommand):
    help = "Re-hash the hundredth of the sealed files whose turn it is. Ends with 1 when one is not sound."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        flaws = actions.check_part(today=timezone.localdate(), at=timezone.now())
        if flaws:
            told = ", ".join(f"{pk} ({flaw})" for pk, flaw in sorted(flaws.items()))
            raise CommandError(f"Restore from a backup: sealed files {told}.")
        self.stdout.write("The sealed files whose turn it is are sound.")
