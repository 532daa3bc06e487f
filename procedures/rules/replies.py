"""What a program gets back, as JSON: the same for the commands and the API. A field is never renamed."""

from datetime import date
from typing import TypedDict

from procedures.rules import deadlines
from procedures.rules.counting import PeriodEnd, end_of
from procedures.rules.deadlines import ComputedDeadline
from procedures.rules.definitions import Definition
from procedures.rules.facts import StartFact
from procedures.rules.periods import LAST_YEAR, EndOutOfReach
from procedures.rules.questions import BadQuestion, CaseQuestion, PeriodQuestion
from procedures.rules.sentences import explain_period
from procedures.rules.texts import Text


class Sentences(TypedDict):
    fr: str
    en: str


class SkippedDay(TypedDict):
    """`name` is in French: "lundi de Pâques"."""

    date: str
    name: str


class PeriodReply(TypedDict):
    """`raw_end`: before any roll; for `fr_franc` it holds the extra day."""

    rule: str
    start: str
    length: str
    zone: str
    raw_end: str
    due: str
    skipped: list[SkippedDay]
    explanation: Sentences


class StartReply(TypedDict):
    """All null when the start is not known; `known_by` is null when nobody said."""

    earliest: str | None
    latest: str | None
    known_by: str | None


class OnMiss(TypedDict):
    """`procedure`: the key of the one that takes over, null for none."""

    fr: str
    en: str
    procedure: str | None


class DeadlineReply(TypedDict):
    """`last_useful`: by channel, the channel's wall clock without a zone, `2026-04-30T17:30:00`."""

    key: str
    bound: str
    rule: str
    article: str
    start: StartReply
    raw_end: str | None
    due: str | None
    due_earliest: str | None
    due_latest: str | None
    last_useful: dict[str, str]
    on_miss: OnMiss
    explanation: Sentences


def explain_bare_period(question: PeriodQuestion) -> PeriodReply:
    """Raises BadQuestion when it ends after 2200."""
    end = _end(question)
    explanation = explain_period(
        question.start,
        length=question.length,
        rule=question.rule,
        end=end,
        calendar=question.calendar,
        residence=question.residence,
    )
    return PeriodReply(
        rule=question.rule.value,
        start=question.start.isoformat(),
        length=str(question.length),
        zone=question.calendar.zone,
        raw_end=end.raw_end.isoformat(),
        due=end.due.isoformat(),
        skipped=[SkippedDay(date=off.day.isoformat(), name=off.name.fr) for off in end.skipped],
        explanation=_both(explanation),
    )


def explain_deadlines(definition: Definition, question: CaseQuestion) -> list[DeadlineReply]:
    """Every deadline of the definition in its order, or the one asked for; the same raise."""
    return [_deadline(found) for found in computed(definition, question)]


def computed(definition: Definition, question: CaseQuestion) -> list[ComputedDeadline]:
    asked = [rule for rule in definition.deadlines if question.deadline in {None, rule.key}]
    try:
        return [
            deadlines.compute_one(rule, channels=definition.channels, facts=question.facts, answers=question.answers)
            for rule in asked
        ]
    except EndOutOfReach:
        raise _too_far() from None


def _end(question: PeriodQuestion) -> PeriodEnd:
    try:
        return end_of(
            question.start,
            length=question.length,
            rule=question.rule,
            calendar=question.calendar,
            residence=question.residence,
            rolls=question.rolls,
        )
    except EndOutOfReach:
        raise _too_far() from None


def _too_far() -> BadQuestion:
    return BadQuestion(
        f"Le délai finirait après {LAST_YEAR}, où s’arrêtent les calendriers.",
        f"The period would end after {LAST_YEAR}, where the calendars stop.",
    )


def _deadline(found: ComputedDeadline) -> DeadlineReply:
    return DeadlineReply(
        key=found.key,
        bound=found.bound.value,
        rule=found.rule.value,
        article=found.article,
        start=_start(found.start),
        raw_end=_day(found.raw_end),
        due=_day(found.due),
        due_earliest=_day(found.due_earliest),
        due_latest=_day(found.due_latest),
        last_useful={channel: moment.isoformat() for channel, moment in found.last_useful},
        on_miss=OnMiss(fr=found.on_miss.fr, en=found.on_miss.en, procedure=found.on_miss_procedure),
        explanation=_both(found.explanation),
    )


def _start(fact: StartFact | None) -> StartReply:
    if fact is None:
        return StartReply(earliest=None, latest=None, known_by=None)
    return StartReply(earliest=_day(fact.earliest), latest=_day(fact.latest), known_by=fact.known_by or None)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _both(text: Text) -> Sentences:
    return Sentences(fr=text.fr, en=text.en)
