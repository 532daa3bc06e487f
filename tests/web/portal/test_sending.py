"""The justificatif sent from a phone: taken in, and once it is kept given back to its owner alone."""

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
from vault.models import Deposit
from vault.redaction import pipeline

PDF = pdf(b"Justificatif d'opposition")


def send(browser: HouseClient, case: Case, *contents: bytes, box: str = "file", token: str = "") -> Answer:
    data: dict[str, object] = {"token": token or str(uuid4()), "kind": "opposition"}
    if contents:
        files = [io.BytesIO(content) for content in contents]
        for file in files:
            file.name = "justificatif de Monique Dupont.pdf"
        data[box] = files
    return browser.post(f"/espace/{case.reference}/justificatif/", data)


def sent(case: Case) -> list[Deposit]:
    with scope.enter(case.association_id):
        return list(Deposit.objects.order_by("pk"))


def kept(case: Case) -> list[Justificatif]:
    with scope.enter(case.association_id):
        return access.justificatifs_of(case)


@pytest.fixture
def awaiting(case: Case, volunteer: Membership, today: date, now: datetime) -> Case:
    return factories.make_attempt(case, by=volunteer.user, today=today, at=now)


@pytest.fixture
def document(awaiting: Case, volunteer: Membership, today: date, now: datetime) -> Justificatif:
    """Kept, and not checked yet."""
    return factories.make_justificatif(awaiting, by=volunteer.user, today=today, at=now)


@pytest.mark.parametrize("box", ["file", "photo"])
def test_a_file_or_a_photo_waits_for_the_machine(mine: HouseClient, awaiting: Case, member: User, box: str) -> None:
    answer = send(mine, awaiting, PDF, box=box)

    [found] = sent(awaiting)
    assert answer.headers["Location"] == f"/espace/{awaiting.reference}/depot/{found.pk}/"
    assert (found.label, found.state, found.by, found.size) == ("opposition", "RECU", member, len(PDF))
    assert kept(awaiting) == []


def test_several_photos_make_one_document_in_their_order(mine: HouseClient, awaiting: Case) -> None:
    send(mine, awaiting, b"first page", b"the second")

    [found] = sent(awaiting)
    assert [sum(size for _name, size in part) for part in found.pieces] == [10, 10]
    assert len(found.pieces) == 2


def test_the_camera_is_offered_and_what_is_taken_is_said(mine: HouseClient, awaiting: Case) -> None:
    page = text(mine.get(f"/espace/{awaiting.reference}/justificatif/"))

    assert 'capture="environment"' in page
    assert "image/heic" in page
    assert "25\u00a0Mo au plus" in page


def test_a_double_submit_is_one(mine: HouseClient, awaiting: Case) -> None:
    token = str(uuid4())

    answers = [send(mine, awaiting, PDF, token=token).headers["Location"] for _ in range(2)]

    assert len(set(answers)) == 1
    assert len(sent(awaiting)) == 1


@pytest.mark.parametrize(
    ("contents", "said"),
    [((b"",), "Ce fichier est vide"), ((), "Prenez une photo, ou choisissez un fichier")],
)
def test_what_is_nothing_is_said_and_the_kind_stays_chosen(
    mine: HouseClient, awaiting: Case, contents: tuple[bytes, ...], said: str
) -> None:
    answer = send(mine, awaiting, *contents)

    assert answer.status_code == 422
    assert said in text(answer)
    assert "Monique" not in text(answer)
    assert 'name="kind" value="opposition"' in text(answer)
    assert sent(awaiting) == []


def test_a_file_that_is_too_heavy_answers_413(mine: HouseClient, awaiting: Case, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1000

    answer = send(mine, awaiting, b"%PDF-1.7" + b"x" * 2000)

    assert answer.status_code == 413
    assert "dépasse" in text(answer)
    assert sent(awaiting) == []


def test_the_eleventh_file_within_an_hour_waits(mine: HouseClient, awaiting: Case) -> None:
    for _ in range(10):
        assert send(mine, awaiting, PDF).status_code == 302

    answer = send(mine, awaiting, PDF)

    assert answer.status_code == 429
    assert "Attendez un peu" in text(answer)
    assert len(sent(awaiting)) == 10


@pytest.mark.django_db(transaction=True)
def test_where_the_engine_is_missing_nothing_is_taken(
    mine: HouseClient, awaiting: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "missing", lambda *_: "The engine is not there.")

    answer = send(mine, awaiting, PDF)

    assert answer.status_code == 503
    assert "Gardez le justificatif chez vous" in text(answer)
    assert sent(awaiting) == []


@pytest.mark.django_db(transaction=True)
def test_where_uploads_are_closed_the_page_says_so_instead_of_a_form(
    mine: HouseClient, awaiting: Case, settings: Any
) -> None:
    settings.VAULT_UPLOADS = False

    for answer in (mine.get(f"/espace/{awaiting.reference}/justificatif/"), send(mine, awaiting, PDF)):
        assert answer.status_code == 503
        assert "Gardez le justificatif chez vous" in text(answer)
        assert 'type="file"' not in text(answer)
    assert sent(awaiting) == []


def test_ones_own_document_comes_as_an_attachment_with_a_neutral_name(
    mine: HouseClient, awaiting: Case, document: Justificatif, member: User
) -> None:
    answer = mine.get(f"/espace/{awaiting.reference}/justificatif/{document.pk}/")

    assert factories.PLANTED["vault.SealedFile.content"][-1].encode() in answer.content
    assert answer["Content-Disposition"] == 'attachment; filename="document-1.pdf"'
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].endswith("; sandbox")
    assert answer["Cache-Control"] == "no-store"
    with scope.enter(awaiting.association_id):
        assert CaseEvent.objects.get(kind=EventKind.FILE_CONSULTED).by == member


def test_of_a_file_that_was_destroyed_only_that_is_said(
    mine: HouseClient, awaiting: Case, document: Justificatif
) -> None:
    with scope.enter(awaiting.association_id):
        Justificatif.objects.filter(pk=document.pk).update(sealed_file=None)
    address = f"/espace/{awaiting.reference}/justificatif/{document.pk}/"

    page = text(mine.get(f"/espace/{awaiting.reference}/"))

    assert "avant que les numéros soient cachés, a été détruit" in page
    assert address not in page
    assert mine.get(address).status_code == 404


def test_documents_are_numbered_within_their_case(
    mine: HouseClient, awaiting: Case, childs_case: Case, volunteer: Membership, today: date, now: datetime
) -> None:
    with scope.enter(childs_case.association_id):
        actions.give_consent(childs_case, kind=ConsentKind.HANDLING, today=today, at=now, by=volunteer.user)
    factories.make_justificatif(childs_case, by=volunteer.user, today=today, at=now)
    for _ in range(2):
        factories.make_justificatif(awaiting, by=volunteer.user, today=today, at=now)

    answers = [mine.get(f"/espace/{awaiting.reference}/justificatif/{found.pk}/") for found in kept(awaiting)]
    assert [answer["Content-Disposition"] for answer in answers] == [
        'attachment; filename="document-2.pdf"',
        'attachment; filename="document-1.pdf"',
    ]


def test_nobody_else_gets_the_document(
    mine: HouseClient,
    awaiting: Case,
    document: Justificatif,
    childs_case: Case,
    neighbour: HouseClient,
    outsider: HouseClient,
    volunteer: Membership,
) -> None:
    address = f"/espace/{awaiting.reference}/justificatif/{document.pk}/"

    for one in (neighbour, outsider, signed_in(volunteer.user, association=volunteer.association)):
        assert one.get(address).status_code == 404
    assert mine.get(f"/espace/{childs_case.reference}/justificatif/{document.pk}/").status_code == 404
    assert mine.post(address).status_code == 405


def test_a_document_that_was_refused_is_asked_for_again(
    mine: HouseClient, awaiting: Case, document: Justificatif, volunteer: Membership, today: date, now: datetime
) -> None:
    with scope.enter(awaiting.association_id):
        actions.check_justificatif(document, accepted=False, refusal="legible", today=today, at=now, by=volunteer.user)

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

    assert send(mine, awaiting, PDF).status_code == 302
    assert sent(awaiting) == []
