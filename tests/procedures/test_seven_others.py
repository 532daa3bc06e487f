"""What the definitions beyond Mon espace santé promise: their periods, doubts, ends and ways on."""

from datetime import date

import pytest

from procedures import registry
from procedures.rules.deadlines import ComputedDeadline, compute
from procedures.rules.definitions import Bound, Certainty, Definition, OutcomeClass
from procedures.rules.facts import StartFact
from procedures.rules.texts import typeset
from tests.procedures.test_definitions import texts_in

GDPR = ("rgpd/acces", "rgpd/effacement", "snds/opposition", "linky/courbe-de-charge")
CNIL, TAJ, BLOCTEL = "cnil/plainte", "taj/acces", "bloctel/opposition"
SEVEN = (*GDPR, CNIL, TAJ, BLOCTEL)
CHILD = "mon-espace-sante/opposition-enfant"


@pytest.fixture(params=SEVEN)
def definition(request: pytest.FixtureRequest) -> Definition:
    return registry.current(request.param)


def on(kind: str, first: date, last: date | None = None) -> dict[str, StartFact]:
    return {kind: StartFact(kind, first, last or first, "receipt")}


def deadline(key: str, name: str, facts: dict[str, StartFact], **answers: str) -> ComputedDeadline:
    found = compute(registry.current(key), facts=facts, answers=answers)
    return next(one for one in found if one.key == name)


def test_every_definition_is_whole(definition: Definition) -> None:
    assert definition.advice
    assert definition.escalation
    assert definition.justificatifs
    assert definition.obstacles
    assert definition.links
    assert {outcome.class5 for outcome in definition.outcomes} == set(OutcomeClass)
    assert all(channel.at_hand and channel.never_store for channel in definition.channels)


def test_french_is_typeset_and_english_is_not_french(definition: Definition) -> None:
    for text in texts_in(definition):
        assert text.fr == typeset(text.fr)
        assert "'" not in text.en
        assert text.fr != text.en


def test_a_doubtful_deadline_says_why_to_whoever_coordinates(definition: Definition) -> None:
    doubtful = [rule for rule in definition.deadlines if rule.certainty is not Certainty.HIGH and rule.bound != "info"]

    assert all(rule.note for rule in doubtful)


@pytest.mark.parametrize("key", GDPR)
def test_a_request_is_answered_within_a_month_then_the_cnil_follows(key: str) -> None:
    found = deadline(key, "reponse", on("asked", date(2026, 3, 5)))

    assert (found.bound, found.raw_end, found.due) == (Bound.ADDRESSEE, date(2026, 4, 5), date(2026, 4, 7))
    assert found.on_miss_procedure == registry.current(key).follows_on_miss == CNIL


@pytest.mark.parametrize("key", GDPR)
def test_an_extension_counts_only_when_it_is_told_within_the_month(key: str) -> None:
    asked = on("asked", date(2026, 3, 5))

    in_time = deadline(key, "reponse", asked | on("extended", date(2026, 4, 1)))
    too_late = deadline(key, "reponse", asked | on("extended", date(2026, 4, 20)))

    assert in_time.due == date(2026, 6, 5)
    assert too_late.due == date(2026, 4, 7)
    assert "trop tard" in too_late.explanation.fr


@pytest.mark.parametrize("key", GDPR)
def test_a_fair_question_about_identity_stops_the_clock(key: str) -> None:
    asked = on("asked", date(2026, 3, 5)) | on("paused", date(2026, 3, 10))

    stopped = deadline(key, "reponse", asked)
    resumed = deadline(key, "reponse", asked | on("resumed", date(2026, 3, 20)))

    assert stopped.due is None
    assert resumed.due == date(2026, 4, 15)


def test_the_cnil_has_three_months_and_its_rejection_opens_two_clear_ones() -> None:
    waiting = deadline(CNIL, "suites", on("asked", date(2026, 1, 15)))
    appeal = deadline(CNIL, "recours", on("rejected", date(2026, 1, 15)))
    none = deadline(CNIL, "recours", on("answered", date(2026, 1, 15)))

    assert (waiting.bound, waiting.due) == (Bound.ADDRESSEE, date(2026, 4, 15))
    assert (appeal.bound, appeal.due) == (Bound.MEMBER, date(2026, 3, 16))
    assert (none.applies, none.due) == (True, None)


@pytest.mark.parametrize(("residence", "due"), [("overseas", date(2026, 4, 16)), ("abroad", date(2026, 5, 16))])
def test_an_appeal_grows_with_the_distance(residence: str, due: date) -> None:
    assert deadline(CNIL, "recours", on("rejected", date(2026, 1, 15)), residence=residence).due == due


def test_the_police_file_takes_two_months_then_the_cnil_checks_in_ones_place() -> None:
    found = deadline(TAJ, "reponse", on("asked", date(2026, 1, 15)))

    assert (found.bound, found.due) == (Bound.ADDRESSEE, date(2026, 3, 16))
    assert found.on_miss_procedure == CNIL
    assert "exercice indirect" in found.on_miss.fr
    kept = " ".join(text.fr for channel in registry.current(TAJ).channels for text in channel.never_store)
    assert "titre d’identité" in kept
    assert "données d’infraction" in kept


def test_the_channels_of_the_research_database_are_marked_as_unchecked() -> None:
    snds = registry.current("snds/opposition")

    assert {channel.certainty for channel in snds.channels} == {Certainty.LOW}
    assert "à vérifier" in " ".join(text.fr for text in snds.advice)


def test_bloctel_ended_on_the_tenth_of_august_2026_and_says_what_took_its_place() -> None:
    bloctel = registry.current(BLOCTEL)

    assert bloctel.can_be_opened(date(2026, 8, 10))
    assert not bloctel.can_be_opened(date(2026, 8, 11))
    assert bloctel.successor is not None
    assert "consentement" in bloctel.successor.fr


def test_an_old_registration_still_has_its_thirty_days_and_three_years() -> None:
    acted = on("acted", date(2026, 1, 1))

    assert deadline(BLOCTEL, "effet", acted).due == date(2026, 2, 2)
    assert deadline(BLOCTEL, "inscription", acted).due == date(2029, 1, 1)


def test_a_child_is_told_again_at_eighteen_from_a_birthday_or_a_year_alone() -> None:
    day = deadline(CHILD, "majorite", on("born", date(2012, 5, 6)))
    year = deadline(CHILD, "majorite", on("born", date(2012, 1, 1), date(2012, 12, 31)))
    unknown = deadline(CHILD, "majorite", {})

    assert (day.bound, day.due) == (Bound.INFO, date(2030, 5, 6))
    assert (year.due_earliest, year.due) == (date(2030, 1, 1), date(2030, 12, 31))
    assert "rien n’oblige" in unknown.explanation.fr


def test_only_mon_espace_sante_asks_for_children_first() -> None:
    first = {one.key for one in registry.all_current() if one.children_first}

    assert first == {CHILD, "mon-espace-sante/opposition", "mon-espace-sante/cloture"}
