"""Every page of the desk: who reads it, who does not."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.urls import reverse

from accounts import scope
from accounts.models import Membership
from cases import actions
from cases.models import Case, CaseEvent
from tests import factories
from tests.people import HouseClient, signed_in
from tests.web.desk.conftest import OpenOne, address, answers

OF_CASE = [
    "case",
    "attempt",
    "facts",
    "upload",
    "close",
    "convert",
    "assign",
    "hold",
    "note",
    "consent",
    "contact",
]
POSTED = ["attempt", "facts", "upload", "close", "convert", "reopen", "assign", "hold", "note", "consent", "card"]
Desk = Callable[[Membership], HouseClient]


@pytest.mark.parametrize("name", OF_CASE)
def test_a_volunteer_reads_the_pages_of_a_case(name: str, case: Case, at_work: HouseClient) -> None:
    response = at_work.get(address(name, case))

    assert response.status_code == 200
    assert case.reference in response.content.decode()
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", [*OF_CASE, "reopen", "card", "events"])
def test_another_association_finds_nothing(name: str, case: Case, stranger: Membership, desk: Desk) -> None:
    assert desk(stranger).get(address(name, case) + "?avant=99999999").status_code == 404


@pytest.mark.parametrize("name", POSTED)
def test_another_association_changes_nothing(name: str, case: Case, stranger: Membership, desk: Desk) -> None:
    sent = answers(case, association=stranger.association_id)

    assert desk(stranger).post(address(name, case), sent).status_code == 404


@pytest.mark.parametrize("name", POSTED)
def test_a_form_rendered_for_another_association_is_a_conflict(
    name: str, case: Case, stranger: Membership, at_work: HouseClient
) -> None:
    assert at_work.post(address(name, case), answers(case, association=stranger.association_id)).status_code == 409
    assert at_work.post(address(name, case), {}).status_code == 409


@pytest.mark.parametrize("name", [*OF_CASE, "reopen", "card", "events"])
def test_the_data_delegate_reads_no_case(name: str, case: Case, delegate: Membership, desk: Desk) -> None:
    assert desk(delegate).get(address(name, case)).status_code == 403


@pytest.mark.parametrize("name", POSTED)
def test_the_data_delegate_changes_no_case(name: str, case: Case, delegate: Membership, desk: Desk) -> None:
    assert desk(delegate).post(address(name, case), answers(case)).status_code == 403


@pytest.mark.parametrize("name", [*OF_CASE, "reopen", "card", "events"])
def test_reception_sees_only_its_own_cases_and_nobodys(
    name: str, case: Case, reception: Membership, desk: Desk
) -> None:
    assert desk(reception).get(address(name, case) + "?avant=99999999").status_code == 404


def test_reception_works_on_the_case_that_it_opened(open_one: OpenOne, reception: Membership, desk: Desk) -> None:
    mine = open_one(by=reception.user)

    assert desk(reception).get(address("case", mine)).status_code == 200
    assert desk(reception).get(address("attempt", mine)).status_code == 200


@pytest.mark.parametrize("name", ["now", "overview", "cases", "open"])
def test_the_desk_is_closed_before_the_second_factor(name: str, volunteer: Membership) -> None:
    response = signed_in(volunteer.user, factor=False).get(reverse(f"desk:{name}"))

    assert response.status_code in {302, 403}


@pytest.mark.parametrize("name", ["overview", "cases", "open"])
def test_lists_are_closed_to_the_data_delegate(name: str, delegate: Membership, desk: Desk) -> None:
    assert desk(delegate).get(reverse(f"desk:{name}")).status_code == 403


def test_the_data_delegate_is_told_why_the_list_is_empty(case: Case, delegate: Membership, desk: Desk) -> None:
    page = desk(delegate).get(reverse("desk:now")).content.decode()

    assert "Votre rôle ne suit pas de dossiers" in page
    assert case.reference not in page
    assert reverse("desk:open") not in page


@pytest.mark.parametrize("typed", ["ABCD", "BADU-KEVI-TOR", "%00", "1" * 300])
def test_an_unknown_reference_is_not_found(typed: str, at_work: HouseClient) -> None:
    assert at_work.get(f"/desk/dossiers/{typed}/").status_code == 404


def test_reading_a_case_is_recorded_once_in_half_an_hour(case: Case, at_work: HouseClient) -> None:
    at_work.get(address("case", case))
    at_work.get(address("attempt", case))

    assert _events(case, "case_consulted") == [{"why": "assigned"}]


def test_the_reason_of_a_reading_comes_from_the_way(open_one: OpenOne, colleague: Membership, desk: Desk) -> None:
    from_queue, from_search = open_one(by=None), open_one(by=None)

    desk(colleague).get(address("case", from_queue) + "?de=maintenant")
    desk(colleague).get(address("case", from_search) + "?de=recherche")

    assert _events(from_queue, "case_consulted") == [{"why": "queue"}]
    assert _events(from_search, "case_consulted") == [{"why": "search"}]


def test_contact_details_stand_behind_a_recorded_door(case: Case, at_work: HouseClient) -> None:
    email, phone = case.member.email, case.member.phone

    page = at_work.get(address("case", case)).content.decode()
    assert email not in page
    assert phone not in page
    assert _events(case, "contact_consulted") == []

    details = at_work.get(address("contact", case)).content.decode()
    assert email in details
    assert phone in details
    assert len(_events(case, "contact_consulted")) == 1


def test_older_events_come_on_demand(case: Case, at_work: HouseClient, volunteer: Membership, now: datetime) -> None:
    first = factories.make_note(case, by=volunteer.user, at=now)
    for _ in range(60):
        factories.make_note(case, by=volunteer.user, at=now)

    page = at_work.get(address("case", case))
    assert first not in page.content.decode()
    assert page.content.decode().count('class="timeline__note"') >= 49

    older = at_work.get(page.context["older_url"])
    assert first in older.content.decode()


@pytest.mark.parametrize("asked", ["", "x", "-1", "9" * 40, "²"])
def test_a_wrong_place_in_the_timeline_is_not_found(asked: str, case: Case, at_work: HouseClient) -> None:
    assert at_work.get(address("events", case), {"avant": asked}).status_code == 404


def test_a_closed_case_offers_to_be_reopened(
    case: Case, at_work: HouseClient, today: date, now: datetime, volunteer: Membership
) -> None:
    at_work.post(address("close", case), answers(case, outcome="abandoned"))

    page = at_work.get(address("case", case)).content.decode()
    assert "Dossier clos" in page
    assert address("reopen", case) in page
    assert at_work.get(address("attempt", case)).status_code == 409
    assert at_work.get(address("reopen", case)).status_code == 200


def test_a_step_that_is_not_possible_says_why(
    open_one: OpenOne, at_work: HouseClient, today: date, now: datetime, volunteer: Membership
) -> None:
    preparing, waiting, closed = open_one(consents=[]), open_one(), open_one()
    at_work.post(address("close", closed), answers(closed, outcome="abandoned"))
    justificatif = factories.make_justificatif(waiting, by=volunteer.user, today=today, at=now)
    with scope.enter(waiting.association_id):
        actions.check_justificatif(justificatif, accepted=True, today=today, at=now, by=volunteer.user)

    for url, sentence in [
        (address("attempt", preparing), "attend encore l’accord de la personne"),
        (address("reopen", waiting), "n’est pas clos"),
        (address("attempt", closed), "est clos. Rouvrez-le d’abord"),
        (address("check", waiting, justificatif.pk), "Ce justificatif est déjà vérifié"),
    ]:
        response = at_work.get(url)
        page = response.content.decode()
        assert response.status_code == 409
        assert sentence in page
        assert "Un collègue a été plus rapide" not in page


def test_an_unknown_page_of_the_desk_leads_back_to_the_desk(case: Case, at_work: HouseClient) -> None:
    response = at_work.get("/desk/dossiers/BADU-KEVI-TOT/")

    assert response.status_code == 404
    assert "Revenir au bureau" in response.content.decode()


def test_an_address_that_is_no_page_answers_in_the_houses_look(case: Case, at_work: HouseClient) -> None:
    refused = at_work.put(address("case", case))
    page = refused.content.decode()
    assert refused.status_code == 405
    assert refused["Allow"]
    assert "Cette adresse n’est pas une page" in page
    assert f'href="{address("case", case)}"' in page


def _events(case: Case, kind: str) -> list[dict[str, str]]:
    with scope.enter(case.association_id):
        return list(CaseEvent.objects.filter(case=case, kind=kind).order_by("pk").values_list("payload", flat=True))
