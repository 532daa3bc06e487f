"""`manage.py recompute_deadlines --preview | --apply`: a rule, a definition or a holiday changed."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases import actions
from cases.actions import Move, Recomputed
from cases.management.commands.sweep_deadlines import day_of
from procedures import registry


class Command(BaseCommand):
    help = "List the open deadlines that would move (--preview), or move exactly those (--apply). Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--preview", action="store_true", help="list, write nothing")
        parser.add_argument("--apply", action="store_true", help="move them, with an event and a notice for each")
        parser.add_argument("--procedure", metavar="KEY", help="only cases of this procedure, in all its versions")
        parser.add_argument("--today", help="the day to judge by, YYYY-MM-DD (default: today in Paris)")
        parser.add_argument("--json", action="store_true", help="one line of JSON instead of the list")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["preview"] == options["apply"]:
            raise CommandError("Say one of the two: --preview to see what would move, --apply to do it.", returncode=2)
        done = actions.recompute_deadlines(
            today=day_of(options["today"]),
            at=timezone.now(),
            applies=options["apply"],
            procedure=_known(options["procedure"]),
        )
        self.stdout.write(_json(done) if options["json"] else _words(done, applied=options["apply"]))
        if done.set_aside:
            raise CommandError(f"{done.set_aside} set aside: the log says which and why. Run it again.")


def _known(key: str | None) -> str:
    if key is None:
        return ""
    try:
        return registry.current(key).key
    except registry.UnknownProcedure:
        names = ", ".join(definition.key for definition in registry.all_current())
        raise CommandError(f"There is no procedure «{key}»: use one of {names}.", returncode=2) from None


def _json(done: Recomputed) -> str:
    rows = [asdict(move) for move in done.moves]
    counts = {"moved": len(rows), "cases": done.cases, "notices": done.notices, "set_aside": done.set_aside}
    return json.dumps({"deadlines": rows, **counts}, default=str)


def _words(done: Recomputed, *, applied: bool) -> str:
    verb, promised = ("moved", "queued") if applied else ("would move", "would be queued")
    last = (
        f"{len(done.moves)} deadlines of {done.cases} cases {verb}, {done.notices} notices {promised}, "
        f"{done.set_aside} set aside."
    )
    return "\n".join([*map(_line, done.moves), last])


def _line(move: Move) -> str:
    before, after = move.before or "no date", move.after or "no date"
    return f"{move.association} {move.case} {move.procedure} {move.key}: {before} -> {after}"
