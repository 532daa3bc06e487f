"""What our own definition files promise to people."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime

import pytest

from procedures import registry
from procedures.rules.deadlines import ComputedDeadline, compute
from procedures.rules.definitions import Beneficiaries, Bound, Certainty, Channel, Definition, LinkKind, OutcomeClass
from procedures.rules.facts import StartFact
from procedures.rules.texts import Text, typeset

OPPOSITION, CHILD, CLOSURE = (
    "mon-espace-sante/opposition",
    "mon-espace-sante/opposition-enfant",
    "mon-espace-sante/cloture",
)
ALL = (OPPOSITION, CHILD, CLOSURE)


@pytest.fixture(params=ALL)
def definition(request: pytest.FixtureRequest) -> Definition:
    return registry.current(request.param)


def texts_in(value: object) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_in(item)
    elif is_dataclass(value):
        for one in fields(value):
            yield from texts_in(getattr(value, one.name))


def sent(day: date, known_by: str = "letter") -> dict[str, StartFact]:
    return {"sent": StartFact("sent", day, day, known_by)}


def deadline(key: str, name: str, facts: dict[str, StartFact], **answers: str) -> ComputedDeadline:
    found = compute(registry.current(key), facts=facts, answers=answers)
    return next(one for one in found if one.key == name)


def test_every_definition_says_where_it_comes_from(definition: Definition) -> None:
    assert definition.sources
    assert definition.legal_basis
    assert definition.checked_on >= date(2026, 11, 1)
    assert all(rule.article and rule.article_url for rule in definition.deadlines)


def test_french_is_typeset_and_english_is_not_french(definition: Definition) -> None:
    for text in texts_in(definition):
        assert text.fr == typeset(text.fr)
        assert "'" not in text.en
        assert text.fr != text.en or text.fr == "Doctolib"


def test_every_channel_says_what_to_have_at_hand_and_what_never_to_store(definition: Definition) -> None:
    for channel in definition.channels:
        assert channel.at_hand
        assert channel.never_store
        assert any("numéro de sécurité sociale" in text.fr for text in channel.never_store)


def test_no_text_asks_to_write_a_number_or_a_code_here(definition: Definition) -> None:
    asks = re.compile(r"\b(saisissez|entrez|tapez|enter|type in)\b", re.IGNORECASE)

    assert not [text for text in texts_in(definition) if asks.search(text.fr) or asks.search(text.en)]


def test_the_wording_of_screens_is_of_medium_certainty(definition: Definition) -> None:
    assert definition.channel("web").certainty is Certainty.MEDIUM
    assert definition.certainty is Certainty.HIGH


def test_the_web_takes_its_official_steps_and_the_phone_demands_the_justificatif_aloud(definition: Definition) -> None:
    assert len(definition.channel("web").steps) == (6 if definition.key == CLOSURE else 5)
    demand = definition.channel("phone").step("justificatif")
    assert demand.say is not None
    assert "justificatif" in demand.say.fr


def test_the_34_22_answers_on_working_days_until_half_past_five(definition: Definition) -> None:
    phone = definition.channel("phone")

    assert phone.phone == "34 22"
    assert phone.hours is not None
    assert [(slot.weekdays, f"{slot.opens:%H:%M}", f"{slot.closes:%H:%M}") for slot in phone.hours.slots] == [
        ((0, 1, 2, 3, 4), "08:30", "17:30")
    ]


def test_a_letter_exists_only_where_the_law_lets_one_write() -> None:
    with_letter = [key for key in ALL if any(one.key == "letter" for one in registry.current(key).channels)]

    assert with_letter == [CLOSURE]


def test_beneficiaries() -> None:
    assert registry.current(OPPOSITION).beneficiaries == (Beneficiaries.SELF, Beneficiaries.REPRESENTED)
    assert registry.current(CHILD).beneficiaries == (Beneficiaries.CHILD,)
    assert registry.current(CLOSURE).admits("child")
    assert not registry.current(CHILD).admits("self")


def test_neighbours_and_explanations_are_linked(definition: Definition) -> None:
    neighbours = " ".join(link.title.fr for link in definition.links if link.kind is LinkKind.NEIGHBOUR)

    for name in ("DMP", "Health Data Hub", "Doctolib", "France Identité"):
        assert name in neighbours
    assert [link for link in definition.links if link.kind is LinkKind.EXPLANATION]


def test_the_five_classes_of_outcome_can_be_reached(definition: Definition) -> None:
    assert {outcome.class5 for outcome in definition.outcomes} == set(OutcomeClass)


def test_children_come_before_parents_in_words_too(definition: Definition) -> None:
    advice = " ".join(text.fr for text in definition.advice)

    assert "enfants d’abord" in advice or "commencez par eux" in advice


@pytest.mark.parametrize("channel", registry.current(CLOSURE).channels, ids=lambda channel: channel.key)
def test_deletion_has_a_step_and_a_check_of_its_own_over_every_channel(channel: Channel) -> None:
    step = channel.step("deletion")

    assert len(step.checks) == 1
    assert "suppression" in step.checks[0].fr
    assert "sans elle, tout reste archivé dix ans" in step.detail.fr
    others = [check.fr for one in channel.steps for check in one.checks if one.key != "deletion"]
    assert not any("suppression" in check for check in others)


@pytest.mark.parametrize("key", [OPPOSITION, CHILD])
def test_six_weeks_run_from_sending_and_a_miss_becomes_a_closure(key: str) -> None:
    found = deadline(key, "opposer", sent(date(2022, 2, 3)))

    assert (found.bound, found.due) == (Bound.MEMBER, date(2022, 3, 17))
    assert found.on_miss_procedure == registry.current(key).follows_on_miss == CLOSURE


def test_the_first_of_may_leaves_the_thirtieth_of_april_for_the_call() -> None:
    found = deadline(OPPOSITION, "opposer", sent(date(2026, 3, 20)))

    assert found.due == date(2026, 5, 1)
    assert found.last_useful == (("phone", datetime(2026, 4, 30, 17, 30)),)  # noqa: DTZ001  a wall clock
    assert "jeudi 30 avril 2026 à 17\u00a0h\u00a030" in found.explanation.fr


def test_the_date_of_the_letter_beats_the_day_it_was_found() -> None:
    received = StartFact("received", date(2026, 2, 10), date(2026, 2, 10), "memory")

    found = deadline(OPPOSITION, "opposer", {**sent(date(2026, 2, 2)), "received": received})

    assert found.due == date(2026, 3, 16)


def test_only_the_day_of_receipt_gives_a_prudent_range() -> None:
    received = StartFact("received", date(2026, 2, 10), date(2026, 2, 10), "memory")

    found = deadline(OPPOSITION, "opposer", {"received": received})

    assert found.start is not None
    assert (found.start.kind, found.start.earliest, found.start.latest) == (
        "sent",
        date(2026, 1, 27),
        date(2026, 2, 10),
    )
    assert (found.due, found.due_latest) == (date(2026, 3, 10), date(2026, 3, 24))
    assert "Seul le jour de la réception est connu" in found.explanation.fr


@pytest.mark.parametrize("key", [OPPOSITION, CHILD])
def test_no_letter_is_a_valid_case_without_a_date_and_with_a_reason(key: str) -> None:
    found = deadline(key, "opposer", {}, notified_by="never")

    assert (found.applies, found.due) == (True, None)
    assert "Aucun courrier n’est arrivé" in found.explanation.fr
    assert "clôture" in found.explanation.fr


def test_deletion_asked_gives_three_months_and_else_ten_years() -> None:
    facts = {
        "asked": StartFact("asked", date(2027, 11, 30), date(2027, 11, 30), "receipt"),
        "closed": StartFact("closed", date(2024, 2, 29), date(2024, 2, 29), "screen"),
    }

    asked = [deadline(CLOSURE, name, facts, deletion_requested="yes") for name in ("suppression", "archive")]
    archived = [deadline(CLOSURE, name, facts, deletion_requested="no") for name in ("suppression", "archive")]
    unknown = [deadline(CLOSURE, name, facts, deletion_requested="unknown") for name in ("suppression", "archive")]

    assert [(one.due, one.applies) for one in asked] == [(date(2028, 2, 29), True), (None, False)]
    assert [(one.due, one.applies) for one in archived] == [(None, False), (date(2034, 2, 28), True)]
    assert [(one.due, one.applies) for one in unknown] == [(None, True), (None, True)]


def test_a_call_asks_on_its_day_and_a_letter_may_need_a_week() -> None:
    acted = {"acted": StartFact("acted", date(2026, 3, 20), date(2026, 3, 20), "screen")}

    found = deadline(CLOSURE, "suppression", acted, deletion_requested="yes")

    assert (found.due_earliest, found.due) == (date(2026, 6, 20), date(2026, 6, 29))


def test_the_justificatif_is_expected_only_when_it_was_asked_for(definition: Definition) -> None:
    day = {"asked": StartFact("asked", date(2026, 3, 5), date(2026, 3, 5), "screen")}

    asked = deadline(definition.key, "justificatif", day, justificatif_asked="yes")
    not_asked = deadline(definition.key, "justificatif", day, justificatif_asked="no")

    assert (asked.bound, asked.due) == (Bound.ADDRESSEE, date(2026, 4, 7))
    assert (not_asked.applies, not_asked.due) == (False, None)
    assert definition.deadline("justificatif").certainty is Certainty.LOW


def test_a_definition_is_to_be_checked_again_after_a_year(definition: Definition) -> None:
    assert not definition.check_is_overdue(date(2027, 11, 1))
    assert definition.check_is_overdue(date(2028, 1, 1))


def test_an_unknown_key_inside_a_definition_is_a_lookup_error(definition: Definition) -> None:
    for find in (definition.channel, definition.deadline, definition.outcome, definition.justificatif):
        with pytest.raises(LookupError):
            find("nothing")
