"""A case that goes on from another, as its member reads it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import scope
from accounts.models import Association, AuditEntry, Membership, User
from cases import access, actions
from cases.access import Why
from cases.models import Case, CaseEvent
from cases.rules.lifecycle import EventKind
from tests import factories
from tests.people import HouseClient, signed_in_by_code
from tests.web.portal.answers import text


@pytest.fixture
def following(case: Case, volunteer: Membership, today: date, now: datetime) -> Case:
    return _converted(case, by=volunteer, today=today, at=now)


def _converted(case: Case, *, by: Membership, today: date, at: datetime) -> Case:
    with scope.enter(case.association_id):
        return actions.convert_case(case, procedure=factories.CLOSURE, today=today, at=at, by=by.user)


def _page(browser: HouseClient, case: Case, language: str = "fr") -> str:
    browser.cookies["django_language"] = language
    return text(browser.get(f"/espace/{case.reference}/"))


def test_each_case_leads_to_the_other_in_both_languages(mine: HouseClient, case: Case, following: Case) -> None:
    assert f"Suite du dossier {case.reference}, S’opposer" in _page(mine, following)
    assert f"Continué dans {following.reference}, Clôture" in _page(mine, case)
    assert f"Goes on from case {case.reference}" in _page(mine, following, "en")
    assert f"Continued in {following.reference}" in _page(mine, case, "en")


def test_what_happened_before_stands_below_as_its_own_page_tells_it(
    mine: HouseClient, case: Case, following: Case, volunteer: Membership, now: datetime
) -> None:
    note = factories.make_note(case, by=volunteer.user, at=now)
    with scope.enter(case.association_id):
        access.consult(case, reader=volunteer.user, why=Why.SEARCH, at=now)

    page = _page(mine, following)

    former = page[page.index("timeline__origin") :]
    assert f"Dossier précédent {case.reference}, S’opposer" in former
    assert "La démarche continue autrement" in former
    assert f"{volunteer.user.name.split()[0]} a ouvert votre dossier" in former
    assert "La date d’envoi du courrier est notée" in former
    assert note not in page


def test_ones_own_opening_of_both_is_recorded_and_not_shown(
    mine: HouseClient, case: Case, following: Case, member: User
) -> None:
    page = _page(mine, following)

    with scope.enter(case.association_id):
        told = CaseEvent.objects.filter(kind=EventKind.CASE_CONSULTED).order_by("case_id")
        assert [(one.case_id, one.by_id, one.payload["why"]) for one in told] == [
            (case.pk, member.pk, "own"),
            (following.pk, member.pk, "own"),
        ]
        assert not AuditEntry.objects.filter(kind="case_consulted").exists()
    assert "a ouvert votre dossier" not in page


def test_a_neighbour_and_another_association_find_nothing_of_either(
    case: Case, following: Case, neighbour: HouseClient, outsider: HouseClient
) -> None:
    for browser in (neighbour, outsider):
        for one in (case, following):
            refused = browser.get(f"/espace/{one.reference}/")
            assert refused.status_code == 404
            assert case.reference not in text(refused).replace(f"/espace/{one.reference}/", "")


def test_older_events_go_on_into_the_former_case(
    mine: HouseClient, case: Case, following: Case, volunteer: Membership, now: datetime
) -> None:
    with scope.enter(case.association_id):
        for hours in reversed(range(60)):
            access.consult(following, reader=volunteer.user, why=Why.SEARCH, at=now - timedelta(hours=hours))

    page = _page(mine, following)
    older = page.split('#histoire">')[0].rsplit('href="', 1)[1].replace("&amp;", "&")

    assert "timeline__origin" not in page
    assert f"Dossier précédent {case.reference}" in text(mine.get(older))


def test_a_chain_of_three_takes_as_many_queries_as_one_of_two(
    case: Case,
    following: Case,
    member: User,
    association: Association,
    volunteer: Membership,
    today: date,
    now: datetime,
    clock: time_machine.Traveller,
) -> None:
    third = _converted(following, by=volunteer, today=today, at=now)
    counts = []
    for one in (following, third):
        browser = signed_in_by_code(member, association=association)
        with CaptureQueriesContext(connection) as asked:
            page = _page(browser, one)
        counts.append(len(asked))
        clock.shift(3600)  # another opening

    assert counts[0] == counts[1]
    assert f"Dossier précédent {case.reference}" in page
    assert f"Dossier précédent {following.reference}" in page


def test_a_day_that_a_rule_moved_says_so(mine: HouseClient, case: Case, now: datetime) -> None:
    payload: dict[str, Any] = {"key": "opposer", "before": "2026-11-24", "after": "2026-11-25", "cause": "rule"}
    with scope.enter(case.association_id):
        CaseEvent.objects.record(case, EventKind.DEADLINE_MOVED, at=now, by=None, **payload)

    said = "parce qu’une règle ou un jour férié a changé\u00a0: S’opposer dans les six semaines, mercredi 25"
    assert said in _page(mine, case)
    assert "because a rule or a holiday has changed" in _page(mine, case, "en")
