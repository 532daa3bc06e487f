"""`manage.py seal_deposits`: seal what was confirmed, as the worker of documents does."""

from typing import Any

from django.core.management.base import BaseCommand

from cases import tasks


class Command(BaseCommand):
    help = "Seal what was confirmed, as the worker of documents does."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{tasks.seal()} deposits sealed.")
