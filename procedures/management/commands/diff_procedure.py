"""`manage.py diff_procedure KEY V1 V2 [--json]`: what changed between two versions of a procedure."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser

from procedures import registry
from procedures.management.program import ProgramCommand
from procedures.rules.changes import changes
from procedures.rules.definitions import Definition


class Command(ProgramCommand):
    help = "Say what changed between two versions of a procedure, in both languages."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", help="for example mon-espace-sante/cloture")
        parser.add_argument("before", help="the older version, a number")
        parser.add_argument("after", help="the newer version, a number")
        parser.add_argument(
            "--json", action="store_true", help="one line: key, before, after, changes (path, before, after)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        before, after = (_version(options["key"], options[name]) for name in ("before", "after"))
        found = changes(before, after)
        if options["json"]:
            told = {"key": before.key, "before": before.version, "after": after.version}
            self.stdout.write(json.dumps(told | {"changes": [asdict(one) for one in found]}, ensure_ascii=False))
            return
        number = "no change" if not found else "1 change" if len(found) == 1 else f"{len(found)} changes"
        self.stdout.write(f"{before.key}, from version {before.version} to version {after.version}: {number}.")
        for one in found:
            self.stdout.write(one.say())


def _version(key: str, text: str) -> Definition:
    try:
        registry.current(key)
    except registry.UnknownProcedure:
        known = ", ".join(one.key for one in registry.all_current())
        raise CommandError(f"There is no procedure «{key}»: use one of {known}.", returncode=2) from None
    try:
        return registry.version(key, int(text))
    except (ValueError, registry.UnknownProcedure):
        known = ", ".join(map(str, registry.versions_of(key)))
        raise CommandError(f"{key} has no version «{text}»: it has {known}.", returncode=2) from None
