"""`manage.py purge [--today] [--dry-run] [--json]`: empty the rows of what is erased, as the daily job does."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.scope.roles import NoPurgeRole
from cases import actions
from cases.management.commands.sweep_deadlines import day_of


class Command(BaseCommand):
    help = (
        "Let go of what was kept for long enough, and delete the rows of all that is erased; the log keeps counts. "
        "Works as the role opposable_purge. Safe to run at any time, any number of times, also at once."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--today", help="the day to judge by, YYYY-MM-DD (default: today in Paris)")
        parser.add_argument("--dry-run", action="store_true", help="count the cases, write nothing")
        parser.add_argument("--json", action="store_true", help="end with one line of JSON on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        today = day_of(options["today"])
        try:
            done = actions.purge(today=today, at=timezone.now(), dry_run=options["dry_run"])
        except NoPurgeRole as refusal:
            raise CommandError(str(refusal)) from refusal
        told = done.told()
        self.stdout.write(json.dumps(told) if options["json"] else _say(done, today=today))
        if done.set_aside:
            raise CommandError(f"{done.set_aside} set aside: the log says which and why. Run it again.")


def _say(done: actions.Purged, *, today: Any) -> str:
    rows = [f"  {table}, {cause}: {number}" for (table, cause), number in sorted(done.counts.items()) if number]
    head = f"{today}: {done.let_go} cases let go, {sum(done.counts.values())} rows gone, {done.waiting} cases waiting."
    return "\n".join([head, *rows])
