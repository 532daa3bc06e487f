"""A fact that was corrected says what it said before, who noted it, and who corrected it when."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import scope
from accounts.models import Membership
from cases import actions
from cases.actions import NewFact
from cases.models import Case
from tests.people import HouseClient
from tests.web.desk.conftest import address

PAGES = ["case", "facts"]
SENT = date(2026, 10, 13)


def _record(case: Case, *facts: NewFact, by: Membership | None, today: date, at: datetime) -> None:
    with scope.enter(case.association_id):
        actions.record_facts(case, facts, today=today, at=at, by=by.user if by else None)


@pytest.fixture
def corrected(case: Case, volunteer: Membership, colleague: Membership, today: date, now: datetime) -> Case:
    """The letter left on the 13th, by the postmark; first it was the 12th or the 14th, from memory."""
    first = NewFact(kind="sent", earliest=date(2026, 10, 12), latest=date(2026, 10, 14), known_by="memory")
    _record(case, first, by=volunteer, today=today, at=now - timedelta(days=3))
    _record(
        case,
        NewFact(kind="sent", earliest=SENT, known_by="postmark"),
        by=colleague,
        today=today,
        at=now - timedelta(hours=1),
    )
    return case


def _read(browser: HouseClient, page: str, case: Case, language: str = "fr") -> str:
    browser.cookies["django_language"] = language
    return browser.get(address(page, case)).content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_what_it_said_before_stands_folded_beside_it(
    page: str, corrected: Case, at_work: HouseClient, volunteer: Membership, colleague: Membership
) -> None:
    said = _read(at_work, page, corrected)

    assert "<dd>mardi 13\u00a0octobre 2026, d’après le cachet de la poste<details" in said
    assert (
        "<li>entre le lundi 12\u00a0octobre 2026 et le mercredi 14\u00a0octobre 2026, "
        "d’après la mémoire de la personne. "
        f"Noté le vendredi 20\u00a0novembre 2026, 10\u00a0h par {volunteer.user.name}, "
        f"corrigé le lundi 23\u00a0novembre 2026, 9\u00a0h par {colleague.user.name}.</li>"
    ) in said


@pytest.mark.parametrize("page", PAGES)
def test_in_english_too(page: str, corrected: Case, at_work: HouseClient, colleague: Membership) -> None:
    said = _read(at_work, page, corrected, "en")

    assert "What was noted before" in said
    assert f"by {colleague.user.name}.</li>" in said
    assert "corrected on" in said


def test_the_newest_correction_comes_first(
    corrected: Case, at_work: HouseClient, volunteer: Membership, today: date, now: datetime
) -> None:
    _record(
        corrected,
        NewFact(kind="sent", earliest=date(2026, 10, 15), known_by="letter"),
        by=volunteer,
        today=today,
        at=now,
    )

    said = _read(at_work, "facts", corrected)

    assert said.index("<li>mardi 13\u00a0octobre") < said.index("<li>entre le lundi 12\u00a0octobre")


def test_a_fact_that_was_never_corrected_has_no_past(case: Case, at_work: HouseClient) -> None:
    assert "Ce qui était noté avant" not in _read(at_work, "facts", case)


def test_answers_have_theirs_too_and_the_platform_may_be_who_noted(
    case: Case, at_work: HouseClient, volunteer: Membership, today: date, now: datetime
) -> None:
    _record(case, NewFact(kind="deletion_requested", value="unknown"), by=None, today=today, at=now)
    _record(case, NewFact(kind="deletion_requested", value="yes"), by=volunteer, today=today, at=now)

    said = _read(at_work, "facts", case)

    assert "<dt>Suppression demandée</dt><dd>oui<details" in said
    assert "<li>on ne sait pas. Noté le" in said
    assert "par la plateforme, corrigé le" in said


def test_many_corrections_take_as_many_queries_as_one(
    corrected: Case, at_work: HouseClient, volunteer: Membership, today: date, now: datetime
) -> None:
    counts = []
    for days in (1, 9):
        for day in range(days):
            fact = NewFact(kind="sent", earliest=SENT - timedelta(days=day + days), known_by="letter")
            _record(corrected, fact, by=volunteer, today=today, at=now)
        _read(at_work, "facts", corrected)
        with CaptureQueriesContext(connection) as asked:
            _read(at_work, "facts", corrected)
        counts.append(len(asked))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("page", PAGES)
def test_somebody_elses_facts_stay_behind_the_reason(
    page: str, corrected: Case, desk: Callable[[Membership], HouseClient], colleague: Membership, stranger: Membership
) -> None:
    assert "octobre" not in _read(desk(colleague), page, corrected)
    assert desk(stranger).get(address(page, corrected)).status_code == 404
