"""`manage.py analyse_deposits`: analyse what waits, as the worker of documents does."""

from typing import Any

from django.core.management.base import BaseCommand

from vault import tasks


class Command(BaseCommand):
    help = "Analyse what waits, as the worker of documents does."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{tasks.analyse()} deposits taken up.")
