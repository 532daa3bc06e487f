"""A case that a colleague follows opens once its reader has said why."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts import scope
from accounts.models import AuditEntry, Membership
from cases.models import Case, CaseEvent
from tests import factories
from tests.people import HouseClient, location, signed_in
from tests.web.desk.conftest import OpenOne, address, answers
from tests.web.desk.test_pages import OF_CASE, POSTED

Desk = Callable[[Membership], HouseClient]


@pytest.fixture
def theirs(desk: Desk, colleague: Membership) -> HouseClient:
    """The browser of somebody who does not follow the case."""
    return desk(colleague)


def readings(case: Case) -> list[tuple[str, str]]:
    with scope.enter(case.association_id):
        rows = AuditEntry.objects.filter(about="case", about_id=str(case.pk)).order_by("pk")
        return [(row.kind, row.why) for row in rows]


def events(case: Case) -> list[CaseEvent]:
    with scope.enter(case.association_id):
        return list(CaseEvent.objects.filter(case=case, kind="case_consulted").order_by("pk"))


@pytest.mark.parametrize("name", [*OF_CASE, "events"])
def test_every_page_of_a_colleagues_case_asks_why_first(name: str, case: Case, theirs: HouseClient) -> None:
    response = theirs.get(address(name, case) + "?avant=3")

    assert response.status_code == 302
    assert location(response).startswith(address("reason", case) + "?next=")
    assert readings(case) == []
    assert events(case) == []


@pytest.mark.parametrize("role", ["referent", "coordinator", "colleague"])
def test_no_role_is_spared(role: str, case: Case, desk: Desk, request: pytest.FixtureRequest) -> None:
    response = desk(request.getfixturevalue(role)).get(address("case", case))

    assert location(response).startswith(address("reason", case))


@pytest.mark.parametrize("name", POSTED)
def test_a_form_about_a_colleagues_case_does_nothing_and_says_so(name: str, case: Case, theirs: HouseClient) -> None:
    before = len(_all_events(case))

    response = theirs.post(address(name, case), answers(case, text="Une note", to="equipe"), follow=True)

    assert "Rien n’a été enregistré" in response.content.decode()
    assert "Pourquoi ouvrez-vous ce dossier" in response.content.decode()
    assert len(_all_events(case)) == before


def _all_events(case: Case) -> list[CaseEvent]:
    with scope.enter(case.association_id):
        return list(CaseEvent.objects.filter(case=case))


def test_their_household_at_the_permanence_asks_too(case: Case, theirs: HouseClient) -> None:
    response = theirs.get(reverse("desk:open") + f"?member={case.reference}")

    assert location(response).startswith(address("reason", case))


def test_the_page_that_asks_names_whoever_follows_and_nobody_else(
    case: Case, volunteer: Membership, theirs: HouseClient
) -> None:
    page = theirs.get(address("reason", case)).content.decode()

    assert case.reference in page
    assert volunteer.user.name in page
    for private in (case.member.first_name, case.member.last_name, case.member.email):
        assert private not in page
    assert events(case) == []


def test_once_said_it_opens_and_the_reason_stands_in_the_timeline(case: Case, theirs: HouseClient) -> None:
    asked = location(theirs.get(address("attempt", case)))

    response = theirs.post(asked, answers(case, reason="Sa bénévole est absente"))

    assert location(response) == address("attempt", case)
    assert theirs.get(location(response)).status_code == 200
    assert "Sa bénévole est absente" in theirs.get(address("case", case)).content.decode()
    assert readings(case) == [("case_consulted", "reason")] * 2
    assert len(events(case)) == 1


def test_the_reason_is_asked_again_after_twelve_hours(
    case: Case, colleague: Membership, now: datetime, clock: time_machine.Traveller
) -> None:
    factories.say_why(case, by=colleague.user, at=now)
    clock.shift(timedelta(hours=12))

    response = signed_in(colleague.user, association=colleague.association).get(address("case", case))

    assert location(response).startswith(address("reason", case))


@pytest.mark.parametrize("typed", ["", "  ", "x", "ok, ...", "2 85 05 78 006 084 41", "x" * 301])
def test_an_empty_long_or_telling_reason_is_refused(typed: str, case: Case, theirs: HouseClient) -> None:
    response = theirs.post(address("reason", case), answers(case, reason=typed))

    assert response.status_code == 422
    assert events(case) == []


@pytest.mark.parametrize("onwards", ["https://ailleurs.invalid/desk/", "//ailleurs.invalid/desk/", "/espace/", "desk"])
def test_it_leads_nowhere_outside_the_desk(onwards: str, case: Case, theirs: HouseClient) -> None:
    response = theirs.post(address("reason", case) + f"?next={onwards}", answers(case, reason="Elle rappelle"))

    assert location(response) == address("case", case)


def test_ones_own_case_and_nobodys_ask_nothing(open_one: OpenOne, at_work: HouseClient, theirs: HouseClient) -> None:
    mine, nobodys = open_one(), open_one(by=None)

    assert at_work.get(address("case", mine)).status_code == 200
    assert location(at_work.get(address("reason", mine))) == address("case", mine)
    assert theirs.get(address("case", nobodys)).status_code == 200


def test_what_one_may_not_see_is_no_page_that_asks(
    case: Case, stranger: Membership, colleague: Membership, delegate: Membership, desk: Desk
) -> None:
    colleague.association.team_sees_all = False
    colleague.association.save(update_fields=["team_sees_all"])

    for name in ("case", "reason"):
        assert desk(stranger).get(address(name, case)).status_code == 404
        assert desk(colleague).get(address(name, case)).status_code == 404
        assert desk(colleague).post(address(name, case), answers(case, reason="x")).status_code in {404, 405}
        assert desk(delegate).get(address(name, case)).status_code == 403


def test_the_permanence_is_a_reason_of_its_own(open_one: OpenOne, theirs: HouseClient) -> None:
    nobodys = open_one(by=None)

    theirs.get(reverse("desk:open") + f"?member={nobodys.reference}")

    assert readings(nobodys) == [("case_consulted", "permanence")]


def test_searching_leaves_a_number_and_no_word(case: Case, at_work: HouseClient) -> None:
    at_work.post(reverse("desk:cases"), answers(case, q=case.member.last_name))
    at_work.post(reverse("desk:open"), answers(case, q=case.member.last_name, chercher="1"))

    with scope.enter(case.association_id):
        found = [(row.why, row.payload) for row in AuditEntry.objects.filter(kind="searched").order_by("pk")]
    assert found == [("search", {"found": 1}), ("permanence", {"found": 1})]
