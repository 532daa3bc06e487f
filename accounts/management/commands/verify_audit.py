"""`manage.py verify_audit [--association SLUG] [--heads FILE] [--json]`: is each audit log as it was written?"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import actions
from accounts.actions.audit import Verdict


class Command(BaseCommand):
    help = "Follow the hash chain of each association's audit log. Ends with 1 when one was changed."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--association", default="", metavar="SLUG", help="this one alone")
        parser.add_argument(
            "--heads", default="", metavar="FILE", help="where each chain ended, day by day; default: AUDIT_HEADS_FILE"
        )
        parser.add_argument(
            "--json", action="store_true", help="one line an association: slug, chained, waiting, found"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["heads"] or settings.AUDIT_HEADS_FILE)
        if options["heads"] and not path.exists():
            raise CommandError(f"There is no file of heads at {path}.")
        verdicts = actions.verify_audit(heads=actions.read_heads(path), slug=options["association"])
        if not verdicts:
            raise CommandError("There is no such association." if options["association"] else "There is none yet.")
        for verdict in verdicts:
            self.stdout.write(json.dumps(asdict(verdict)) if options["json"] else _line(verdict))
        changed = [verdict.slug for verdict in verdicts if verdict.found]
        if changed:
            raise CommandError(f"The audit log was changed: {', '.join(changed)}.")


def _line(verdict: Verdict) -> str:
    faults = ", ".join(f"{one.flaw} at place {one.place}" for one in verdict.found[:10])
    more = f" and {len(verdict.found) - 10} more" if len(verdict.found) > 10 else ""
    alone = "" if verdict.heads else "; no head outside: a rewritten chain would not show"
    told = f"CHANGED: {faults}{more}" if verdict.found else f"sound{alone}"
    return f"{verdict.slug}: {verdict.chained} chained, {verdict.waiting} waiting, {verdict.heads} heads: {told}."
