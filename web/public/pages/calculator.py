"""«Ai-je encore le temps ?»: the answer for one date, by the same engine as the cases'. Nothing is stored."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext

from procedures.rules import deadlines
from procedures.rules.deadlines import ComputedDeadline
from procedures.rules.definitions import Definition
from procedures.rules.facts import StartFact
from procedures.rules.texts import say_date, say_time
from web.parts.weeks import Weeks, weeks
from web.public.pages.words import all_said, language, said

DEADLINE = "opposer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`due` is None when there is nothing to count from: `none` says why. `last_call`: "" when none is possible."""

    due: date | None
    none: str
    is_past: bool
    is_today: bool
    is_uncertain: bool
    last_call: str
    call_is_over: bool
    grid: Weeks | None
    reasons: tuple[str, ...]
    on_miss: str


def answer(
    definition: Definition, *, fact: StartFact | None, answers: dict[str, str], today: date, at: datetime
) -> Answer:
    """`fact`: the day of sending or of receipt, None when no letter came. `at`: Paris wall clock."""
    facts = {fact.kind: fact} if fact else {}
    found = deadlines.compute_one(
        definition.deadline(DEADLINE), channels=definition.channels, facts=facts, answers=answers
    )
    moment = next((moment for _, moment in found.last_useful), None)
    return Answer(
        due=found.due,
        none="" if found.due else said(found.explanation),
        is_past=bool(found.due and found.due < today),
        is_today=found.due == today,
        is_uncertain=bool(found.start and not found.start.is_certain),
        last_call=_call(moment, at),
        call_is_over=bool(moment and moment <= at.replace(tzinfo=None)),
        grid=_grid(found, today=today),
        reasons=all_said(found.reasons),
        on_miss=said(found.on_miss),
    )


def example_grid(definition: Definition, *, sent_on: date, today: date) -> Weeks | None:
    """The grid of a letter sent on that day, as an example."""
    sent = StartFact("sent", sent_on, sent_on)
    found = deadlines.compute_one(definition.deadline(DEADLINE), facts={"sent": sent}, answers={})
    return _grid(found, today=today)


def _grid(found: ComputedDeadline, *, today: date) -> Weeks | None:
    if found.start is None or found.due is None:
        return None
    return weeks(found.start.earliest, due=found.due, today=today)


def _call(moment: datetime | None, at: datetime) -> str:
    if moment is None or moment <= at.replace(tzinfo=None):
        return ""
    day, clock = say_date(moment.date(), language()), say_time(moment.time(), language())
    return gettext("%(day)s, avant %(clock)s") % {"day": day, "clock": clock}
