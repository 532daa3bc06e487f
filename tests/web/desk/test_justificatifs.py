"""Justificatifs on the desk: deposited, opened, checked."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import scope
from accounts.models import Membership
from cases.models import Case, CaseEvent, Justificatif
from tests import factories
from tests.people import HouseClient
from tests.vault.samples import locked_pdf, pdf
from tests.web.desk.conftest import OpenOne, address, answers

Desk = Callable[[Membership], HouseClient]


@pytest.fixture
def deposited(case: Case, volunteer: Membership, today: date, now: datetime) -> Justificatif:
    return factories.make_justificatif(case, by=volunteer.user, today=today, at=now)


def upload(content: bytes, name: str = "Marie Dupont 2690549588157.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def checked(case: Case, **typed: str) -> dict[str, Any]:
    """All four answers «yes» but those given."""
    every = dict.fromkeys(("other_document", "other_person", "no_date", "unreadable"), "yes")
    return answers(case, **(every | typed))


def test_a_document_is_deposited_and_waits_to_be_checked(case: Case, at_work: HouseClient) -> None:
    page = at_work.post(
        address("upload", case), answers(case, kind="opposition", file=upload(pdf())), follow=True
    ).content.decode()

    assert "Le document est gardé" in page
    assert "Vérifier le document" in page
    assert "2690549588157" not in page


def test_two_submits_deposit_one_document(case: Case, at_work: HouseClient) -> None:
    typed = answers(case, kind="opposition")

    at_work.post(address("upload", case), {**typed, "file": upload(pdf())})
    second = at_work.post(address("upload", case), {**typed, "file": upload(pdf())})

    assert second.status_code == 302
    assert len(_files(case)) == 1


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (b"", 422, "Ce fichier est vide"),
        (b"<html><script>alert(1)</script>", 422, "ni un PDF, ni une photo"),
        (locked_pdf(), 422, "Ce PDF est protégé"),
        (pdf()[:-60], 422, "abîmé ou incomplet"),
        (pdf(padding=26 * 1024 * 1024), 413, "dépasse 25"),
    ],
)
def test_a_file_that_cannot_be_kept_says_why(
    content: bytes, status: int, sentence: str, case: Case, at_work: HouseClient
) -> None:
    response = at_work.post(address("upload", case), answers(case, kind="opposition", file=upload(content)))

    page = response.content.decode()
    assert response.status_code == status
    assert sentence in page
    assert "checked" in page.split('value="opposition"')[1][:80]
    assert _files(case) == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [({"kind": "opposition"}, "Choisissez un fichier"), ({"kind": "inventé", "file": pdf()}, "choix")],
)
def test_an_upload_needs_a_file_and_its_kind(
    typed: dict[str, Any], sentence: str, case: Case, at_work: HouseClient
) -> None:
    sent = answers(case, **typed)
    if "file" in sent:
        sent["file"] = upload(sent["file"])

    response = at_work.post(address("upload", case), sent)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert _files(case) == []


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
    url = address("file", case, deposited.pk)

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
