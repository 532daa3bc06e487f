"""`manage.py check_cases [--json]`: do events lead to their case's state, chains hold, and roots cover them?"""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.actions import proving


class Command(BaseCommand):
    help = "Replay every case's events, verify its hash chain and the daily roots. Ends with 1 when one is unsound."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--json",
            action="store_true",
            help="one line: associations, cases, chained, misplaced, broken, roots, uncovered",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = proving.check_cases()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found)))
        else:
            self.stdout.write(
                f"{found.associations} associations, {found.cases} cases, {found.chained} chained events: "
                f"{len(found.misplaced)} cases elsewhere than their events lead, {len(found.broken)} broken chains; "
                f"{found.roots} roots, {len(found.uncovered)} of which do not cover what stands."
            )
        if not found.is_sound:
            raise CommandError(
                f"Unsound: cases {found.misplaced}, chains from events {found.broken}, roots {found.uncovered}."
            )
