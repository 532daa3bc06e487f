"""What programs read: its shape, which never changes, and that everybody who computes says the same."""

import random
from datetime import date, datetime, timedelta

import pytest

from procedures import registry
from procedures.rules import questions, replies
from procedures.rules.calendars import ZONES, Calendar
from procedures.rules.counting import Residence, end_of
from procedures.rules.deadlines import compute
from procedures.rules.definitions import RuleFamily
from procedures.rules.facts import FactKind, KnownBy, StartFact
from procedures.rules.periods import Period
from procedures.rules.questions import PeriodQuestion
from procedures.rules.replies import DeadlineReply
from tests.whole import WHOLE
from web.public.pages.calculator import answer

OPPOSITION, CLOSURE = "mon-espace-sante/opposition", "mon-espace-sante/cloture"
DEADLINE = {
    "key",
    "bound",
    "rule",
    "article",
    "start",
    "raw_end",
    "due",
    "due_earliest",
    "due_latest",
    "last_useful",
    "on_miss",
    "explanation",
}


def explained(key: str, *facts: str, deadline: str | None = None) -> list[DeadlineReply]:
    definition = registry.current(key)
    pairs = [questions.read_pair(fact) for fact in facts]
    return replies.explain_deadlines(definition, questions.read_case(pairs, definition=definition, deadline=deadline))


def test_a_period_has_this_shape() -> None:
    question = PeriodQuestion(start=date(2026, 3, 5), length=Period(months=1), rule=RuleFamily.EU_1182_71)

    reply = replies.explain_bare_period(question)

    explanation = reply["explanation"]
    assert reply == {
        "rule": "eu_1182_71",
        "start": "2026-03-05",
        "length": "P1M",
        "zone": "FR",
        "raw_end": "2026-04-05",
        "due": "2026-04-07",
        "skipped": [
            {"date": "2026-04-05", "name": "dimanche de Pâques"},
            {"date": "2026-04-06", "name": "lundi de Pâques"},
        ],
        "explanation": explanation,
    }
    assert explanation.keys() == {"fr", "en"}


def test_a_deadline_has_this_shape() -> None:
    (reply,) = explained(OPPOSITION, "sent=2026-03-20@postmark", deadline="opposer")

    assert reply["explanation"].keys() == {"fr", "en"}
    assert reply["on_miss"].keys() == {"fr", "en", "procedure"}
    assert {**reply, "explanation": 0, "on_miss": reply["on_miss"]["procedure"]} == {
        "key": "opposer",
        "bound": "member",
        "rule": "fr_weeks",
        "article": "CSP R. 1111-28",
        "start": {"earliest": "2026-03-20", "latest": "2026-03-20", "known_by": "postmark"},
        "raw_end": "2026-05-01",
        "due": "2026-05-01",
        "due_earliest": "2026-05-01",
        "due_latest": "2026-05-01",
        "last_useful": {"phone": "2026-04-30T17:30:00"},
        "on_miss": CLOSURE,
        "explanation": 0,
    }


def test_a_deadline_whose_start_is_not_given_is_listed_with_null_dates() -> None:
    for definition in registry.all_current():
        replied = explained(definition.key)
        assert [reply["key"] for reply in replied] == [rule.key for rule in definition.deadlines]
        for reply in replied:
            assert reply.keys() == DEADLINE
            assert reply["start"] == {"earliest": None, "latest": None, "known_by": None}
            assert (reply["raw_end"], reply["due"], reply["due_earliest"], reply["due_latest"]) == (None,) * 4
            assert reply["last_useful"] == {}
            assert reply["explanation"]["fr"]
            assert reply["explanation"]["en"]


def test_deletion_asked_for_is_counted_in_months_and_not_known_in_none() -> None:
    asked, unknown = "asked=2027-11-30", "deletion_requested=unknown"

    (counted,) = explained(CLOSURE, asked, "deletion_requested=yes", deadline="suppression")
    (uncounted,) = explained(CLOSURE, asked, unknown, deadline="suppression")

    assert (counted["raw_end"], counted["due"], uncounted["due"]) == ("2028-02-29", "2028-02-29", None)


def test_a_letter_counts_from_its_date_and_not_from_the_day_it_came() -> None:
    (reply,) = explained(OPPOSITION, "sent=2026-02-02@letter", "received=2026-02-10", deadline="opposer")

    assert reply["due"] == "2026-03-16"


DRAWS = 10_000 if WHOLE else 1_000


def drawn_day(chance: random.Random) -> date:
    return date(1950, 1, 1) + timedelta(days=chance.randrange(365 * 190))


def drawn_fact(chance: random.Random, kind: str, day: date) -> StartFact:
    earliest = day + timedelta(days=chance.randrange(-90, 120))
    return StartFact(
        kind, earliest, earliest + timedelta(days=chance.choice((0, 0, 3, 20))), chance.choice(("", *KnownBy))
    )


def written(fact: StartFact) -> str:
    known = f"@{fact.known_by}" if fact.known_by else ""
    return f"{fact.kind}={fact.earliest}..{fact.latest}{known}"


def test_drawn_letters_get_the_same_answer_from_the_calculator_and_from_the_server() -> None:
    chance, definition = random.Random(20261129), registry.current(OPPOSITION)
    at, wrong = datetime(2026, 11, 29, 9, 0), []  # noqa: DTZ001  a reading of the wall clock of Paris

    for _ in range(DRAWS):
        fact = drawn_fact(chance, chance.choice(("sent", "received")), drawn_day(chance))
        shown = answer(definition, fact=fact, answers={}, today=at.date(), at=at)
        (replied,) = explained(OPPOSITION, written(fact), deadline="opposer")
        said = " ".join(shown.reasons)
        if (
            shown.due is None
            or shown.due.isoformat() != replied["due"]
            or not replied["explanation"]["fr"].startswith(said)
        ):
            wrong.append(fact)

    assert wrong == []


def test_drawn_cases_get_the_same_answer_from_their_facts_and_from_a_program_s_text() -> None:
    chance, keys = random.Random(42), [definition.key for definition in registry.all_current()]

    for _ in range(DRAWS):
        definition, day = registry.current(chance.choice(keys)), drawn_day(chance)
        kinds = chance.sample(tuple(FactKind), k=chance.randrange(5))
        facts = {kind.value: drawn_fact(chance, kind.value, day) for kind in kinds}
        answers = {"deletion_requested": chance.choice(("yes", "no", "unknown")), "justificatif_asked": "yes"}
        texts = [*(written(fact) for fact in facts.values()), *(f"{kind}={said}" for kind, said in answers.items())]
        ours = compute(definition, facts=facts, answers=answers)
        theirs = explained(definition.key, *texts)
        assert [(one.key, one.due and one.due.isoformat(), one.explanation.fr) for one in ours] == [
            (one["key"], one["due"], one["explanation"]["fr"]) for one in theirs
        ]


def test_drawn_periods_keep_the_promises_of_every_rule() -> None:
    chance = random.Random(1)

    for _ in range(DRAWS):
        rule, zone = chance.choice(tuple(RuleFamily)), chance.choice(ZONES)
        length = Period(*(chance.randrange(most) for most in (3, 13, 9, 40)))
        residence = chance.choice((None, *Residence)) if rule is RuleFamily.FR_FRANC else None
        calendar = Calendar(zone=zone, good_friday=chance.random() < 0.5, customary=chance.random() < 0.5)
        question = PeriodQuestion(
            start=drawn_day(chance), length=length, rule=rule, calendar=calendar, residence=residence
        )
        reply = replies.explain_bare_period(question)
        end = end_of(question.start, length=length, rule=rule, calendar=calendar, residence=residence)
        assert (reply["raw_end"], reply["due"]) == (end.raw_end.isoformat(), end.due.isoformat())
        assert reply["start"] <= reply["raw_end"] <= reply["due"]
        assert all(reply["raw_end"] <= skipped["date"] < reply["due"] for skipped in reply["skipped"])


@pytest.mark.parametrize("rule", RuleFamily)
def test_without_a_roll_a_period_ends_where_it_ends(rule: RuleFamily) -> None:
    question = PeriodQuestion(start=date(2026, 3, 5), length=Period(months=1), rule=rule, rolls=False)

    reply = replies.explain_bare_period(question)

    assert (reply["due"], reply["skipped"]) == (reply["raw_end"], [])
