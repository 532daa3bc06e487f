"""Justificatifs that are kept, on the desk: opened, looked at, checked."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from accounts import scope
from accounts.models import Membership
from cases import actions
from cases.models import Case, CaseEvent, Justificatif
from tests import deposits, factories
from tests.people import HouseClient
from tests.web.desk.conftest import OpenOne, address, answers

Desk = Callable[[Membership], HouseClient]


@pytest.fixture
def deposited(case: Case, volunteer: Membership, today: date, now: datetime) -> Justificatif:
    return factories.make_justificatif(case, by=volunteer.user, today=today, at=now)


def checked(case: Case, **typed: str) -> dict[str, Any]:
    """All four answers «yes» but those given."""
    every = dict.fromkeys(("other_document", "other_person", "no_date", "unreadable"), "yes")
    return answers(case, **(every | typed))


def test_a_document_is_downloaded_under_a_neutral_name(
    case: Case, deposited: Justificatif, at_work: HouseClient
) -> None:
    response = at_work.get(address("file", case, deposited.pk))

    assert response.content.startswith(b"%PDF-")
    assert response["Content-Disposition"] == 'attachment; filename="document.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store"
    with scope.enter(case.association_id):
        assert CaseEvent.objects.filter(case=case, kind="file_consulted").count() == 1


@pytest.fixture
def pages(case: Case, volunteer: Membership, today: date, now: datetime) -> Justificatif:
    """A document whose pages are there to be looked at; it is in another case too."""
    with scope.enter(case.association_id):
        kept = actions.keep_justificatif(
            case, deposits.kept_pages(), kind="opposition", token=uuid4(), today=today, at=now, by=volunteer.user
        )
        Justificatif.objects.filter(pk=kept.pk).update(hints=["ailleurs", "what nobody knows"])
    return kept


def test_the_check_shows_the_pages_and_what_the_machine_noticed(
    case: Case, pages: Justificatif, at_work: HouseClient
) -> None:
    page = at_work.get(address("check", case, pages.pk)).content.decode()
    picture = at_work.get(address("sheet", case, pages.pk, 1))

    assert address("sheet", case, pages.pk, 1) in page
    assert "déjà dans un autre dossier" in page
    assert "jamais un verdict" in page
    assert picture.content[:3] == b"\xff\xd8\xff"
    assert picture["Cache-Control"] == "no-store"
    assert picture["Content-Security-Policy"].endswith("; sandbox")
    assert at_work.get(address("sheet", case, pages.pk, 2)).status_code == 404


def test_looking_at_the_pages_is_one_opening_within_half_an_hour(
    case: Case, pages: Justificatif, at_work: HouseClient, clock: time_machine.Traveller
) -> None:
    def look() -> int:
        at_work.get(address("sheet", case, pages.pk, 1))
        with scope.enter(case.association_id):
            return CaseEvent.objects.filter(case=case, kind="file_consulted").count()

    counts = [look(), look()]
    clock.shift(timedelta(minutes=31))

    assert [*counts, look()] == [1, 1, 2]


def test_a_check_without_hints_says_none(case: Case, deposited: Justificatif, at_work: HouseClient) -> None:
    with scope.enter(case.association_id):
        Justificatif.objects.filter(pk=deposited.pk).update(hints=[])

    assert "jamais un verdict" not in at_work.get(address("check", case, deposited.pk)).content.decode()


def test_of_a_file_that_was_destroyed_nothing_is_offered_but_the_check(
    case: Case, deposited: Justificatif, at_work: HouseClient
) -> None:
    with scope.enter(case.association_id):
        Justificatif.objects.filter(pk=deposited.pk).update(sealed_file=None)

    pages = [at_work.get(address(name, case, *args)) for name, args in (("case", []), ("check", [deposited.pk]))]

    for page in pages:
        assert "avant que les numéros soient cachés, a été détruit" in page.content.decode()
        assert address("file", case, deposited.pk) not in page.content.decode()
    assert at_work.get(address("file", case, deposited.pk)).status_code == 404
    assert at_work.post(address("check", case, deposited.pk), checked(case, unreadable="no")).status_code == 302


def test_nobody_else_downloads_it(
    case: Case,
    deposited: Justificatif,
    open_one: OpenOne,
    stranger: Membership,
    delegate: Membership,
    reception: Membership,
    client: HouseClient,
    desk: Desk,
    at_work: HouseClient,
) -> None:
    for url in (address("file", case, deposited.pk), address("sheet", case, deposited.pk, 1)):
        assert desk(stranger).get(url).status_code == 404
        assert desk(delegate).get(url).status_code == 403
        assert desk(reception).get(url).status_code == 404
        assert client.get(url).status_code == 302
    assert at_work.get(address("file", open_one(), deposited.pk)).status_code == 404
    assert at_work.get(address("file", case, 10**30)).status_code == 404


def test_four_times_yes_accepts_it(case: Case, deposited: Justificatif, at_work: HouseClient) -> None:
    page = at_work.get(address("check", case, deposited.pk)).content.decode()
    assert address("file", case, deposited.pk) in page

    answer = at_work.post(address("check", case, deposited.pk), checked(case), follow=True).content.decode()

    assert "Le justificatif est accepté" in answer
    assert "Clore le dossier" in answer
    assert _files(case) == [True]


@pytest.mark.parametrize("code", ["other_document", "other_person", "no_date", "unreadable"])
def test_one_no_asks_for_it_again_with_the_reason(
    code: str, case: Case, deposited: Justificatif, at_work: HouseClient
) -> None:
    page = at_work.post(address("check", case, deposited.pk), checked(case, **{code: "no"}), follow=True)

    assert "Le justificatif est à redemander" in page.content.decode()
    assert _files(case) == [False]
    with scope.enter(case.association_id):
        assert Justificatif.objects.get(pk=deposited.pk).refusal == code


def test_every_question_is_answered(case: Case, deposited: Justificatif, at_work: HouseClient) -> None:
    response = at_work.post(address("check", case, deposited.pk), checked(case, no_date=""))

    assert response.status_code == 422
    assert _files(case) == [None]


def test_the_first_check_stands(case: Case, deposited: Justificatif, at_work: HouseClient) -> None:
    at_work.post(address("check", case, deposited.pk), checked(case))

    again = at_work.post(address("check", case, deposited.pk), checked(case, no_date="no"), follow=True)

    assert "avait déjà été vérifié" in again.content.decode()
    assert _files(case) == [True]
    assert at_work.get(address("check", case, deposited.pk)).status_code == 409


def test_another_cases_document_is_not_checked_here(
    deposited: Justificatif, open_one: OpenOne, at_work: HouseClient
) -> None:
    other = open_one()

    assert at_work.post(address("check", other, deposited.pk), checked(other)).status_code == 404


def test_another_association_checks_nothing(
    case: Case, deposited: Justificatif, stranger: Membership, desk: Desk
) -> None:
    typed = checked(case) | {"association": stranger.association_id}

    assert desk(stranger).post(address("check", case, deposited.pk), typed).status_code == 404
    assert _files(case) == [None]


def _files(case: Case) -> list[bool | None]:
    with scope.enter(case.association_id):
        return list(Justificatif.objects.filter(case=case).order_by("pk").values_list("accepted", flat=True))
