"""`manage.py root_evidence`: the day's Merkle roots, and the tokens that they still lack, as the beat jobs do."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases import actions
from cases.management.commands.sweep_deadlines import day_of


class Command(BaseCommand):
    help = "Make the day's root over each association's evidence, and have the roots dated that are not yet."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--today", help="the day of the roots, YYYY-MM-DD (default: today in Paris)")
        parser.add_argument("--json", action="store_true", help="one line: roots, leaves, set_aside, stamped, waiting")

    def handle(self, *args: Any, **options: Any) -> None:
        today = day_of(options["today"])
        made = actions.root_all(today=today, at=timezone.now())
        dated = actions.stamp_all()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(made) | asdict(dated)))
        else:
            self.stdout.write(
                f"{today}: {made.roots} new roots over {made.leaves} leaves, {made.set_aside} set aside; "
                f"{dated.stamped} dated by the authority, {dated.waiting} wait for it."
            )
        if made.set_aside:
            raise CommandError(f"{made.set_aside} set aside: the log says which and why. Run it again.")
