"""`manage.py compute_period --start 2026-03-05 --length P1M --rule eu_1182_71`: the end of a bare period, explained."""

import json
from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from procedures.management.program import ProgramCommand
from procedures.rules import questions, replies
from procedures.rules.calendars import NATIONAL, ZONES
from procedures.rules.counting import Residence
from procedures.rules.definitions import RuleFamily
from procedures.rules.questions import PeriodQuestion
from procedures.rules.texts import Text, date_text


class Command(ProgramCommand):
    help = "Compute the end of a period of time under a rule of law, and tell why it is that day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--start", required=True, metavar="DATE", help="the day that starts it: 2026-03-05")
        parser.add_argument("--length", required=True, metavar="PERIOD", help="ISO 8601: P6W, P3M, P10Y, P1M10D")
        parser.add_argument("--rule", required=True, help=", ".join(RuleFamily))
        parser.add_argument("--zone", default=NATIONAL, help=f"whose holidays count (default: FR): {', '.join(ZONES)}")
        parser.add_argument(
            "--good-friday", action="store_true", help="a commune of Alsace-Moselle with a Protestant temple"
        )
        parser.add_argument("--customary", action="store_true", help="count the customary days of overseas zones too")
        parser.add_argument("--residence", help=f"of the person, with fr_franc: {', '.join(Residence)}")
        parser.add_argument("--no-roll", action="store_true", help="keep the day, whatever it is")
        parser.add_argument("--json", action="store_true", help="one object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        reply = replies.explain_bare_period(_question(options))
        if options["json"]:
            self.stdout.write(json.dumps(reply))
            return
        due = date_text(date.fromisoformat(reply["due"]))
        self.write_both([due, Text(**reply["explanation"])])


def _question(options: dict[str, Any]) -> PeriodQuestion:
    rule = questions.read_rule(options["rule"])
    return PeriodQuestion(
        start=questions.read_day(options["start"]),
        length=questions.read_length(options["length"]),
        rule=rule,
        calendar=questions.read_calendar(
            options["zone"], good_friday=options["good_friday"], customary=options["customary"]
        ),
        residence=None if options["residence"] is None else questions.read_residence(options["residence"], rule=rule),
        rolls=not options["no_roll"],
    )
