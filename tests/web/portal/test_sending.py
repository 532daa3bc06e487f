"""The justificatif sent from a phone, kept sealed, and given back to its owner alone."""

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest

from accounts import scope
from accounts.models import Association, Membership, User
from cases import access, actions
from cases.models import AttemptResult, Case, CaseEvent, ConsentKind, Justificatif
from cases.rules.lifecycle import EventKind
from tests import factories
from tests.people import HouseClient, signed_in, signed_in_by_code
from tests.vault.samples import pdf
from tests.web.portal.answers import Answer, text

PDF = pdf(b"Justificatif d'opposition")


def send(
    browser: HouseClient, case: Case, content: bytes | None = PDF, *, box: str = "file", token: str = ""
) -> Answer:
    data: dict[str, object] = {"token": token or str(uuid4()), "kind": "opposition"}
    if content is not None:
        file = io.BytesIO(content)
        file.name = "justificatif de Monique Dupont.pdf"
        data[box] = file
    return browser.post(f"/espace/{case.reference}/justificatif/", data)


def kept(case: Case) -> list[Justificatif]:
    with scope.enter(case.association_id):
        return access.justificatifs_of(case)


@pytest.fixture
def awaiting(case: Case, volunteer: Membership, today: date, now: datetime) -> Case:
    return factories.make_attempt(case, by=volunteer.user, today=today, at=now)


@pytest.mark.parametrize("box", ["file", "photo"])
def test_a_file_or_a_photo_is_kept_and_awaits_its_check(
    mine: HouseClient, awaiting: Case, member: User, box: str
) -> None:
    answer = send(mine, awaiting, box=box)

    [found] = kept(awaiting)
    assert answer.headers["Location"] == f"/espace/{awaiting.reference}/"
    assert (found.kind, found.accepted, found.received_by) == ("opposition", None, member)
    assert "L’association <mark>le vérifie</mark>" in text(mine.get("/espace/"))


def test_the_camera_is_offered_and_what_is_taken_is_said(mine: HouseClient, awaiting: Case) -> None:
    page = text(mine.get(f"/espace/{awaiting.reference}/justificatif/"))

    assert 'capture="environment"' in page
    assert 'accept="application/pdf,image/jpeg,image/png"' in page
    assert "25\u00a0Mo au plus" in page


def test_a_double_submit_is_one(mine: HouseClient, awaiting: Case) -> None:
    token = str(uuid4())

    answers = [send(mine, awaiting, token=token).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert len(kept(awaiting)) == 1


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 422, "Ce fichier est vide"),
        (b"<html><script>x()</script></html>", 422, "ni un PDF, ni une photo"),
        (b"%PDF-1.7 half of it", 422, "abîmé ou incomplet"),
        (None, 422, "Prenez une photo, ou choisissez un fichier"),
    ],
)
def test_what_is_no_justificatif_is_said_and_nothing_is_kept(
    mine: HouseClient, awaiting: Case, content: bytes | None, status: int, said: str
) -> None:
    answer = send(mine, awaiting, content)

    assert answer.status_code == status
    assert said in text(answer)
    assert "Monique" not in text(answer)
    assert kept(awaiting) == []


def test_a_file_that_is_too_heavy_answers_413(mine: HouseClient, awaiting: Case, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1000

    answer = send(mine, awaiting, b"%PDF-1.7" + b"x" * 2000)

    assert answer.status_code == 413
    assert "dépasse" in text(answer)
    assert kept(awaiting) == []


@pytest.mark.django_db(transaction=True)
def test_where_uploads_are_closed_the_page_says_so_instead_of_a_form(
    mine: HouseClient, awaiting: Case, settings: Any
) -> None:
    settings.VAULT_UPLOADS = False

    for answer in (mine.get(f"/espace/{awaiting.reference}/justificatif/"), send(mine, awaiting)):
        assert answer.status_code == 503
        assert "Gardez le justificatif chez vous" in text(answer)
        assert 'type="file"' not in text(answer)
    assert kept(awaiting) == []


def test_ones_own_document_comes_as_an_attachment_with_a_neutral_name(
    mine: HouseClient, awaiting: Case, member: User
) -> None:
    send(mine, awaiting)
    [found] = kept(awaiting)

    answer = mine.get(f"/espace/{awaiting.reference}/justificatif/{found.pk}/")

    assert answer.content == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="document-1.pdf"'
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].endswith("; sandbox")
    assert answer["Cache-Control"] == "no-store"
    with scope.enter(awaiting.association_id):
        assert CaseEvent.objects.get(kind=EventKind.FILE_CONSULTED).by == member


def test_documents_are_numbered_within_their_case(
    mine: HouseClient, awaiting: Case, childs_case: Case, volunteer: Membership, today: date, now: datetime
) -> None:
    with scope.enter(childs_case.association_id):
        actions.give_consent(childs_case, kind=ConsentKind.HANDLING, today=today, at=now, by=volunteer.user)
    factories.make_justificatif(childs_case, by=volunteer.user, today=today, at=now)
    send(mine, awaiting)
    send(mine, awaiting)

    answers = [mine.get(f"/espace/{awaiting.reference}/justificatif/{found.pk}/") for found in kept(awaiting)]
    assert [answer["Content-Disposition"] for answer in answers] == [
        'attachment; filename="document-2.pdf"',
        'attachment; filename="document-1.pdf"',
    ]


def test_nobody_else_gets_the_document(
    mine: HouseClient,
    awaiting: Case,
    childs_case: Case,
    neighbour: HouseClient,
    outsider: HouseClient,
    volunteer: Membership,
) -> None:
    send(mine, awaiting)
    [found] = kept(awaiting)
    address = f"/espace/{awaiting.reference}/justificatif/{found.pk}/"

    for one in (neighbour, outsider, signed_in(volunteer.user, association=volunteer.association)):
        assert one.get(address).status_code == 404
    assert mine.get(f"/espace/{childs_case.reference}/justificatif/{found.pk}/").status_code == 404
    assert mine.post(address).status_code == 405


def test_a_document_that_was_refused_is_asked_for_again(
    mine: HouseClient, awaiting: Case, volunteer: Membership, today: date, now: datetime
) -> None:
    send(mine, awaiting)
    with scope.enter(awaiting.association_id):
        [found] = access.justificatifs_of(awaiting)
        actions.check_justificatif(found, accepted=False, refusal="legible", today=today, at=now, by=volunteer.user)

    page = text(mine.get("/espace/"))

    assert "Envoyez-en <mark>un autre</mark>" in page
    assert "Le justificatif est à refaire" in page


def test_a_closure_waits_for_the_second_document_after_the_first(
    opened: Callable[..., Case], association: Association, volunteer: Membership, today: date, now: datetime
) -> None:
    case = opened(procedure=factories.CLOSURE, sent=None)
    stamp: dict[str, Any] = {"today": today, "at": now, "by": volunteer.user}
    with scope.enter(case.association_id):
        actions.record_attempt(
            case,
            channel="phone",
            made_on=today,
            result=AttemptResult.CONFIRMED,
            justificatif_asked=True,
            deletion_requested="yes",
            **stamp,
        )
        first = actions.keep_justificatif(case, factories.rebuilt(), kind="cloture", token=uuid4(), **stamp)
        actions.check_justificatif(first, accepted=True, **stamp)
    assert case.member.user

    page = text(signed_in_by_code(case.member.user, association=association).get("/espace/"))

    assert "Il manque le <mark>justificatif</mark>" in page
    assert "mardi 23\u00a0février 2027" in page


def test_a_closed_case_takes_no_document(
    mine: HouseClient, awaiting: Case, volunteer: Membership, today: date, now: datetime
) -> None:
    with scope.enter(awaiting.association_id):
        actions.close_case(awaiting, outcome="opposed", today=today, at=now, by=volunteer.user)

    assert send(mine, awaiting).status_code == 302
    assert kept(awaiting) == []
