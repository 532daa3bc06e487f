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
        today = options["today"] or timezone.localdate()
        _refuse(today)
        report = actions.freeze(today=today)
        self.stdout.write(f"frozen {report.frozen}, removed {report.removed}, set aside {report.failed}")
        if report.failed:
            raise CommandError(f"{report.failed} associations were set aside; the log names them by id.")


def _refuse(today: date) -> None:
    if today > timezone.localdate():
        raise CommandError(f"{today} is still to come: only days that have begun can be frozen.", returncode=2)
    try:
        actions.refuse_past(today=today)
    except actions.PastDay as error:
        raise CommandError(f"{error} {today} is before it: nothing was changed.", returncode=2) from None
