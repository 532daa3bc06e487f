"""Freeze the events of every association: the same action as the nightly job."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from observatory import actions


class Command(BaseCommand):
    help = "Freeze the statistics' events of every association, once per person and campaign."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--today", type=date.fromisoformat, metavar="DATE", help="as if it were that day (2026-01-10)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = actions.freeze(today=options["today"] or timezone.localdate())
        self.stdout.write(f"frozen {report.frozen}, removed {report.removed}, set aside {report.failed}")
        if report.failed:
            raise CommandError(f"{report.failed} associations were set aside; the log names them by id.")
