"""`manage.py seed_demo`: fill an empty platform with made-up data."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from web.demo import seed


class Command(BaseCommand):
    help = "Fill an empty platform with made-up associations, people and cases. Demo settings only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", type=int, default=240, help="cases of the first association (default 240)")
        parser.add_argument("--associations", type=int, default=2, help="how many associations (default 2)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed and day give the same data (default 1)")
        parser.add_argument("--today", type=date.fromisoformat, help="the day on which the data end (default today)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("seed_demo writes made-up people: it runs with DEMO on, never in production.")
        if options["cases"] < 1 or options["associations"] < 1:
            raise CommandError("Ask for at least one case and one association.")
        try:
            done = seed.seed(
                cases_wanted=options["cases"],
                associations=options["associations"],
                number=options["seed"],
                today=options["today"] or timezone.localdate(),
            )
        except seed.AlreadySeeded as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{done.associations} associations, {done.cases} running cases.")
