from datetime import date

import pytest

from procedures import registry
from procedures.rules import questions, replies
from procedures.rules.counting import Residence
from procedures.rules.definitions import Definition, RuleFamily
from procedures.rules.facts import StartFact
from procedures.rules.periods import Period
from procedures.rules.questions import BadQuestion, PeriodQuestion
from tests.procedures.definition_text import definition, with_deadline_lines

OPPOSITION = "mon-espace-sante/opposition"


@pytest.fixture
def opposition() -> Definition:
    return registry.current(OPPOSITION)


@pytest.mark.parametrize("text", ["1900-01-01", "2024-02-29", "2150-12-31"])
def test_a_day_is_read_as_it_is_written(text: str) -> None:
    assert questions.read_day(text).isoformat() == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026-02-30", "2026-13-01", "2025-02-29", "1900-02-29", "2026-00-10", "5 avril", "05/04/2026"),
        *("20260405", "2026-W14-7", "2026-095", "2026-4-5", " 2026-04-05", "2026-04-05 ", "2026-04-05T10:00"),
        *("٢٠٢٦-٠٤-٠٥", "0000-01-01", "-2026-04-05", "today", "2026-04-05\n", "9" * 100_000),
    ],
)
def test_what_is_no_day_is_refused_in_one_short_sentence(text: str) -> None:
    with pytest.raises(BadQuestion, match="write it like 2026-11-23") as error:
        questions.read_day(text)

    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 150
    assert "écrivez-le comme 2026-11-23" in error.value.said.fr


@pytest.mark.parametrize("text", ["1899-12-31", "2151-01-01", "9999-12-31", "0001-01-01"])
def test_a_day_outside_the_calendars_is_refused(text: str) -> None:
    with pytest.raises(BadQuestion, match="outside the years 1900 to 2150"):
        questions.read_day(text)


@pytest.mark.parametrize(
    "text", ["", "P", "6 weeks", "P1Y2X", "P-1M", "-P1M", "p1m", " P1M", "P1M ", "P١M", "PT1H", "P1.5M", "P" + "9" * 99]
)
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(BadQuestion, match="write it like P6W, P3M, P10Y or P1M10D"):
        questions.read_length(text)


def test_a_length_of_nothing_is_a_length() -> None:
    assert questions.read_length("P0D") == Period()


@pytest.mark.parametrize("zone", ["", "fr", "fr-974", "FR-75", "FR ", "RE", "FR-974,FR-971"])
def test_an_unknown_zone_is_refused_with_the_known_ones(zone: str) -> None:
    with pytest.raises(BadQuestion, match="is not a known zone: use one of FR, FR-57"):
        questions.read_calendar(zone, good_friday=False, customary=False)


def test_distance_is_refused_where_it_changes_nothing() -> None:
    assert questions.read_residence("abroad", rule=RuleFamily.FR_FRANC) is Residence.ABROAD
    for rule in set(RuleFamily) - {RuleFamily.FR_FRANC}:
        with pytest.raises(BadQuestion, match="counts with fr_franc only"):
            questions.read_residence("abroad", rule=rule)
    with pytest.raises(BadQuestion, match="is not a known residence: use one of overseas, abroad"):
        questions.read_residence("mars", rule=RuleFamily.FR_FRANC)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("2022-02-03", StartFact("sent", date(2022, 2, 3), date(2022, 2, 3))),
        ("2022-02-03..2022-02-10", StartFact("sent", date(2022, 2, 3), date(2022, 2, 10))),
        ("2022-02-03@postmark", StartFact("sent", date(2022, 2, 3), date(2022, 2, 3), "postmark")),
        ("2022-02-03..2022-02-03@memory", StartFact("sent", date(2022, 2, 3), date(2022, 2, 3), "memory")),
    ],
)
def test_a_fact_is_a_day_or_a_range_with_how_it_is_known(text: str, fact: StartFact) -> None:
    assert questions.read_fact("sent", text) == fact


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("2022-02-10..2022-02-03", "sent: 2022-02-10 is after 2022-02-03"),
        ("2022-02-03..", "«» is not a day"),
        ("..2022-02-03", "«» is not a day"),
        ("2022-02-03..2022-02-30", "«2022-02-30» is not a day"),
        ("2022-02-03..2022-02-04..2022-02-05", "is not a day"),
        ("2022-02-03@", "«» is not a way of knowing a date: use one of postmark"),
        ("2022-02-03@rumour", "«rumour» is not a way of knowing a date"),
        ("yes", "«yes» is not a day"),
    ],
)
def test_a_fact_that_cannot_be_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(BadQuestion, match=complaint):
        questions.read_fact("sent", text)


def test_facts_and_answers_of_a_procedure_are_told_apart(opposition: Definition) -> None:
    given = [("sent", "2022-02-03"), ("notified_by", "letter"), ("received", "2022-02-10")]

    question = questions.read_case(given, definition=opposition, deadline="opposer")

    assert question.facts.keys() == {"sent", "received"}
    assert question.answers == {"notified_by": "letter"}
    assert question.deadline == "opposer"


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ([("posted", "2022-02-03")], "«posted» is not a known fact: use one of sent, received"),
        ([("SENT", "2022-02-03")], "is not a known fact"),
        ([("sent", "2022-02-03"), ("sent", "2022-02-03")], "sent is given twice"),
        ([("deletion_requested", "maybe")], "«maybe» is not an answer to deletion_requested: use one of yes, no"),
        ([("deletion_requested", "2022-02-03")], "is not an answer to deletion_requested"),
        ([("notified_by", "pigeon")], "is not an answer to notified_by"),
    ],
)
def test_an_unknown_or_doubled_fact_is_refused(
    opposition: Definition, given: list[tuple[str, str]], complaint: str
) -> None:
    with pytest.raises(BadQuestion, match=complaint):
        questions.read_case(given, definition=opposition, deadline=None)


@pytest.mark.parametrize("key", ["", "Opposer", "suppression"])
def test_an_unknown_deadline_is_refused_with_the_known_ones(opposition: Definition, key: str) -> None:
    with pytest.raises(BadQuestion, match=f"is not a deadline of {OPPOSITION}: use one of opposer, justificatif"):
        questions.read_case([], definition=opposition, deadline=key)


def test_an_option_of_a_definition_is_an_answer() -> None:
    found = definition(
        with_deadline_lines(
            '[[options]]\nkey = "way"\nquestion = { fr = "Q", en = "Q" }\n[[options.choices]]\nvalue = "a"\n'
            'title = { fr = "A", en = "A" }\nconsequence = { fr = "A", en = "A" }\n[[options.choices]]\nvalue = "b"\n'
            'title = { fr = "B", en = "B" }\nconsequence = { fr = "B", en = "B" }\n'
        )
    )

    assert questions.read_case([("way", "b")], definition=found, deadline=None).answers == {"way": "b"}


@pytest.mark.parametrize("text", ["sent", "=2022-02-03", "", "sent:2022-02-03"])
def test_a_pair_without_a_kind_is_refused(text: str) -> None:
    with pytest.raises(BadQuestion, match="write it like sent=2026-03-05"):
        questions.read_pair(text)


def test_an_end_after_2200_is_refused(opposition: Definition) -> None:
    late = PeriodQuestion(start=date(2150, 12, 31), length=Period(years=51), rule=RuleFamily.FR_CPC)
    given = [("received", "2150-01-15"), ("paused", "1900-01-01"), ("resumed", "2150-12-31")]
    pausable = definition(with_deadline_lines('pausable = true\nextension = "P60Y"'))
    stopped = questions.read_case([*given, ("extended", "2150-01-20")], definition=pausable, deadline=None)

    with pytest.raises(BadQuestion, match="after 2200"):
        replies.explain_bare_period(late)
    with pytest.raises(BadQuestion, match="after 2200"):
        replies.explain_deadlines(pausable, stopped)


def test_what_cannot_be_printed_is_shown_as_its_code() -> None:
    assert questions.shown("a\nb\x1b[31m\udcff") == r"a\nb\x1b[31m\udcff"


def test_an_unknown_procedure_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadQuestion, match="«mes» is not a known procedure: use one of"):
        registry.asked("mes")
