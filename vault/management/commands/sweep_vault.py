"""`manage.py sweep_vault`: remove the blobs that no row needs, as the beat job does."""

from typing import Any

from django.core.management.base import BaseCommand

from vault import tasks


class Command(BaseCommand):
    help = "Remove sealed files that no row refers to any more."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{tasks.sweep()} sealed files without a row removed.")
