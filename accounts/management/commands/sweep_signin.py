"""`manage.py sweep_signin`: forget what has expired of sign-in, as the beat job does."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import tasks


class Command(BaseCommand):
    help = "Delete sign-in codes a day after they expired, sessions once they have, and the list of them after 90 days."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        done = tasks.sweep()
        self.stdout.write(
            f"{done['codes']} codes, {done['sessions']} sessions and {done['entries']} lines of who came in removed."
        )
