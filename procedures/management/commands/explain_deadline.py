"""`manage.py explain_deadline mon-espace-sante/opposition --fact sent=2022-02-03`: its deadlines, explained."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from procedures import registry
from procedures.management.program import ASKED_WRONGLY, ProgramCommand
from procedures.rules import questions, replies
from procedures.rules.deadlines import ComputedDeadline
from procedures.rules.definitions import Definition
from procedures.rules.facts import FactKind, KnownBy
from procedures.rules.reading import BadDefinition
from procedures.rules.texts import Text, date_text


class Command(ProgramCommand):
    help = "Compute the deadlines of a procedure from facts, and tell why each is that day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("procedure", metavar="PROCEDURE", help="such as mon-espace-sante/opposition")
        parser.add_argument("deadline", nargs="?", metavar="DEADLINE_KEY", help="this one alone")
        parser.add_argument(
            "--fact",
            action="append",
            default=[],
            metavar="KIND=DATE",
            help="a day, a range (sent=2022-02-03..2022-02-10), either with how it is known "
            "(sent=2022-02-03@postmark), or an answer (deletion_requested=yes). "
            f"Kinds: {', '.join(FactKind)}; known by: {', '.join(KnownBy)}",
        )
        parser.add_argument("--json", action="store_true", help="a list of objects on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        definition = _definition(options["procedure"])
        pairs = [questions.read_pair(text) for text in options["fact"]]
        question = questions.read_case(pairs, definition=definition, deadline=options["deadline"])
        if options["json"]:
            self.stdout.write(json.dumps(replies.explain_deadlines(definition, question)))
            return
        found = replies.computed(definition, question)
        self.write_both([line for deadline in found for line in _told(deadline)])


def _definition(key: str) -> Definition:
    try:
        return registry.asked(key)
    except BadDefinition as error:
        first = error.problems[0]
        raise CommandError(f"{error.name}: {first}. {first.mend}", returncode=ASKED_WRONGLY) from error


def _told(deadline: ComputedDeadline) -> tuple[Text, Text]:
    due = date_text(deadline.due) if deadline.due else Text("pas de date", "no date")
    title = Text(fr=f"{deadline.title.fr} : {due.fr}", en=f"{deadline.title.en}: {due.en}")
    return title, deadline.explanation
