"""`manage.py verify_audit [--association SLUG] [--heads FILE] [--json]`: is each audit log as it was written?"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import actions
from accounts.actions.audit import Heads, Verdict


class Command(BaseCommand):
    help = (
        "Follow the hash chain of each association's audit log. Ends with 1 when one was changed, or when what is "
        "written outside proves nothing: unreadable, or no head for what is older than two days, or when something "
        "has waited for its place in the chain for more than an hour."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--association", default="", metavar="SLUG", help="this one alone")
        parser.add_argument(
            "--heads", default="", metavar="FILE", help="where each chain ended, day by day; default: AUDIT_HEADS_FILE"
        )
        parser.add_argument(
            "--json",
            action="store_true",
            help="one line an association: slug, chained, waiting, heads, found, unproved, unchained",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        heads = _heads(Path(options["heads"] or settings.AUDIT_HEADS_FILE), must_be_there=bool(options["heads"]))
        verdicts = actions.verify_audit(heads=heads.known, now=timezone.now(), slug=options["association"])
        if not verdicts:
            nothing = "There is no such association." if options["association"] else "There is no association yet."
            raise CommandError(nothing, returncode=2)
        for verdict in verdicts:
            self.stdout.write(json.dumps(asdict(verdict)) if options["json"] else _line(verdict))
        faults = _faults(verdicts, heads)
        if faults:
            raise CommandError("\n".join(faults))


def _heads(path: Path, *, must_be_there: bool) -> Heads:
    try:
        if must_be_there and not path.exists():
            raise CommandError(f"There is no file of heads at {path}.", returncode=2)
        return actions.read_heads(path)
    except OSError as error:
        raise CommandError(
            f"The file of heads at {path} cannot be read ({error.strerror}): nothing is proved."
        ) from error


def _faults(verdicts: Sequence[Verdict], heads: Heads) -> list[str]:
    """Each in a sentence; [] when all is proved."""
    changed = ", ".join(verdict.slug for verdict in verdicts if verdict.found)
    unproved = ", ".join(verdict.slug for verdict in verdicts if verdict.unproved)
    unchained = ", ".join(verdict.slug for verdict in verdicts if verdict.unchained)
    told = [
        (changed, f"The audit log was changed: {changed}."),
        (heads.unreadable, f"{heads.unreadable} lines of the file of heads are none: what they said is not proved."),
        (unproved, f"Older than two days, and no head outside: {unproved}. Is chain_audit --heads run daily?"),
        (unchained, f"Waiting for its place for more than an hour: {unchained}. Is chain_audit run every ten minutes?"),
    ]
    return [sentence for is_so, sentence in told if is_so]


def _line(verdict: Verdict) -> str:
    faults = ", ".join(f"{one.flaw} at place {one.place}" for one in verdict.found[:10])
    more = f" and {len(verdict.found) - 10} more" if len(verdict.found) > 10 else ""
    alone = "" if verdict.heads else "; no head outside: a rewritten chain would not show"
    sound = "not proved" if verdict.unproved or verdict.unchained else "sound"
    told = f"CHANGED: {faults}{more}" if verdict.found else f"{sound}{alone}"
    return f"{verdict.slug}: {verdict.chained} chained, {verdict.waiting} waiting, {verdict.heads} heads: {told}."
