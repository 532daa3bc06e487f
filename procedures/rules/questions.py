"""What a program asks, from its text: one reading for the commands and the API, one sentence for what is wrong."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from procedures.rules.calendars import ZONES, Calendar
from procedures.rules.counting import FAMILIES, Residence
from procedures.rules.definitions import Definition, RuleFamily, answers_to
from procedures.rules.facts import FactKind, KnownBy, StartFact
from procedures.rules.periods import Period, UnreadablePeriod
from procedures.rules.texts import Text, typeset

FIRST_YEAR, LAST_START_YEAR = 1900, 2150
RANGE, KNOWN = "..", "@"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOST_SHOWN = 40


class BadQuestion(ValueError):
    """What was asked has no answer; `said` tells what is wrong and what would be right, in one sentence."""

    def __init__(self, fr: str, en: str) -> None:
        self.said = Text(fr=typeset(fr), en=en)
        super().__init__(en)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodQuestion:
    start: date
    length: Period
    rule: RuleFamily
    calendar: Calendar = field(default_factory=Calendar)
    residence: Residence | None = None
    rolls: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuestion:
    """`answers` are the facts without a date. `deadline`: the only one asked for, None for all."""

    facts: dict[str, StartFact] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    deadline: str | None = None


def shown(text: str) -> str:
    """As it was written, control signs made visible, cut where it goes on for too long."""
    seen = text if text.isprintable() else text.encode("unicode_escape").decode()
    return seen if len(seen) <= _MOST_SHOWN else f"{seen[:_MOST_SHOWN]}…"


def read_day(text: str) -> date:
    """`2026-03-05` and no other writing, from 1900 to 2150."""
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise BadQuestion(
            f"« {shown(text)} » n’est pas un jour du calendrier : écrivez-le comme 2026-11-23.",
            f"«{shown(text)}» is not a day of the calendar: write it like 2026-11-23.",
        )
    if not FIRST_YEAR <= day.year <= LAST_START_YEAR:
        raise BadQuestion(
            f"{day} est hors des années {FIRST_YEAR} à {LAST_START_YEAR}.",
            f"{day} is outside the years {FIRST_YEAR} to {LAST_START_YEAR}.",
        )
    return day


def read_length(text: str) -> Period:
    try:
        return Period.parse(text)
    except UnreadablePeriod:
        raise BadQuestion(
            f"« {shown(text)} » n’est pas une durée : écrivez-la comme P6W, P3M, P10Y ou P1M10D.",
            f"«{shown(text)}» is not a period: write it like P6W, P3M, P10Y or P1M10D.",
        ) from None


def read_rule(text: str) -> RuleFamily:
    return RuleFamily(_one_of(text, tuple(RuleFamily), fr="une règle connue", en="a known rule"))


def read_calendar(zone: str, *, good_friday: bool, customary: bool) -> Calendar:
    known = _one_of(zone, ZONES, fr="une zone connue", en="a known zone")
    return Calendar(zone=known, good_friday=good_friday, customary=customary)


def read_residence(text: str, *, rule: RuleFamily) -> Residence:
    """Only administrative appeals grow with the distance: elsewhere it would change nothing, and is refused."""
    residence = Residence(_one_of(text, tuple(Residence), fr="une résidence connue", en="a known residence"))
    if not FAMILIES[rule].grows_with_distance:
        growing = ", ".join(family for family, how in FAMILIES.items() if how.grows_with_distance)
        raise BadQuestion(
            f"La résidence ne compte qu’avec {growing}, pas avec {rule}.",
            f"The residence counts with {growing} only, not with {rule}.",
        )
    return residence


def read_case(given: Iterable[tuple[str, str]], *, definition: Definition, deadline: str | None) -> CaseQuestion:
    """`given`: ("sent", "2026-03-05..2026-03-09@memory") or ("deletion_requested", "yes"), each kind once."""
    answers, read = answers_to(definition.options), dict[str, str]()
    for kind, value in given:
        _one_of(kind, (*FactKind, *answers), fr="un fait connu", en="a known fact")
        if kind in read:
            raise BadQuestion(f"{kind} est donné deux fois.", f"{kind} is given twice.")
        read[kind] = value
    return CaseQuestion(
        facts={kind: read_fact(kind, value) for kind, value in read.items() if kind not in answers},
        answers={kind: _answer(kind, value, answers) for kind, value in read.items() if kind in answers},
        deadline=_known_deadline(deadline, definition),
    )


def read_pair(text: str) -> tuple[str, str]:
    """`sent=2026-03-05`."""
    kind, equals, value = text.partition("=")
    if not (kind and equals):
        raise BadQuestion(
            f"« {shown(text)} » n’est pas un fait : écrivez-le comme sent=2026-03-05.",
            f"«{shown(text)}» is not a fact: write it like sent=2026-03-05.",
        )
    return kind, value


def read_fact(kind: str, text: str) -> StartFact:
    """`2026-03-05`, a range `2026-03-05..2026-03-09`, each with how it is known after an `@`."""
    days, at, known_by = text.partition(KNOWN)
    first, dots, last = days.partition(RANGE)
    earliest, latest = read_day(first), read_day(last if dots else first)
    if earliest > latest:
        raise BadQuestion(
            f"{kind} : {earliest} est après {latest}, alors que c’est le premier jour possible.",
            f"{kind}: {earliest} is after {latest}, although it is the first possible day.",
        )
    known = (
        _one_of(known_by, tuple(KnownBy), fr="une façon de connaître une date", en="a way of knowing a date")
        if at
        else ""
    )
    return StartFact(kind, earliest, latest, known)


def _answer(kind: str, value: str, answers: Mapping[str, tuple[str, ...]]) -> str:
    return _one_of(value, answers[kind], fr=f"une réponse à {kind}", en=f"an answer to {kind}")


def _known_deadline(key: str | None, definition: Definition) -> str | None:
    known = tuple(rule.key for rule in definition.deadlines)
    if key is None:
        return None
    return _one_of(key, known, fr=f"un délai de {definition.key}", en=f"a deadline of {definition.key}")


def _one_of(text: str, known: tuple[str, ...], *, fr: str, en: str) -> str:
    if text not in known:
        listed = ", ".join(known)
        raise BadQuestion(
            f"« {shown(text)} » n’est pas {fr} : {listed}.", f"«{shown(text)}» is not {en}: use one of {listed}."
        )
    return text
