"""Measure what every association's plans declare for a period. Nothing is published by this."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from observatory import actions
from observatory.rules.periods import Period, UnreadablePeriod


class Command(BaseCommand):
    help = "Measure the tables of a period, once and for all, in every association. Prints one line per release."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", required=True, help="2025, 2025-Q3 or 2025-07")
        parser.add_argument("--table", help="only this table (S1)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            period = Period.parse(options["period"])
        except UnreadablePeriod as error:
            raise CommandError(str(error)) from error
        done = actions.measure_all(period=period, table=options["table"], at=timezone.now())
        for release in done.measured:
            self.stdout.write(f"{release.slug} {release.state}")
        for refusal in done.refused:
            self.stderr.write(refusal)
