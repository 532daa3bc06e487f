"""`manage.py sweep_vault`: end what ran out and remove the blobs that no row needs, as the beat job does."""

from typing import Any

from django.core.management.base import BaseCommand

from vault import tasks


class Command(BaseCommand):
    help = "Destroy deposits that ran out, and remove the blobs that no row refers to any more."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        done = tasks.sweep()
        self.stdout.write(
            f"{done['expired']} deposits ran out, {done['emptied']} were emptied at last, {done['purged']} rows went; "
            f"{done['orphans']} blobs without a row removed."
        )
