"""`manage.py sweep_deadlines`: flag missed deadlines, as the beat job does."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases import actions

FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)


class Command(BaseCommand):
    help = "Flag every deadline that passed, once. Safe to run at any time, any number of times."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--today", help="the day to judge by, YYYY-MM-DD (default: today in Paris)")
        parser.add_argument("--dry-run", action="store_true", help="count, write nothing")
        parser.add_argument("--json", action="store_true", help="end with one line of JSON on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        today = day_of(options["today"])
        done = actions.sweep(today=today, at=timezone.now(), dry_run=options["dry_run"])
        if options["json"]:
            self.stdout.write(json.dumps(asdict(done)))
        else:
            self.stdout.write(
                f"{today}: {done.flagged} deadlines flagged, {done.announced} stages announced, "
                f"{done.notices} notices queued, {done.set_aside} set aside."
            )
        if done.set_aside:
            raise CommandError(f"{done.set_aside} set aside: the log says which and why. Run it again.")


def day_of(text: str | None) -> date:
    if text is None:
        return timezone.localdate()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"«{text}» is not a day: write it like 2026-11-23.", returncode=2) from None
    if not FIRST <= day <= LAST:
        raise CommandError(f"«{text}» is not a day to judge by: give one from {FIRST} to {LAST}.", returncode=2)
    return day
