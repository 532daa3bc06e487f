"""Large photos that come in pieces: going on where a connection broke, one sentence for each refusal."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import scope
from accounts.models import Membership, User
from cases import actions
from cases.models import Case
from tests import deposits
from tests.people import HouseClient
from tests.web.portal.answers import Answer
from vault.models import Deposit, DepositState
from vault.redaction import pipeline


class Phone:
    """What the page's script sends."""

    def __init__(self, browser: HouseClient, case: Case) -> None:
        self.browser, self.case = browser, case

    def begin(self, *, token: str = "", kind: str = "opposition") -> Answer:
        form = {"token": token or str(uuid4()), "kind": kind}
        return self.browser.post(reverse("portal:deposit_begin", args=[self.case.reference]), form)

    def send(self, way: dict[str, Any], content: bytes, *, part: object = 0, offset: object = 0) -> Answer:
        piece = SimpleUploadedFile("blob", content)
        return self.browser.post(way["piece"], {"part": part, "offset": offset, "data": piece})

    def deposit(self) -> Deposit:
        with scope.enter(self.case.association_id):
            return Deposit.objects.get()


@pytest.fixture
def phone(mine: HouseClient, case: Case) -> Phone:
    return Phone(mine, case)


def test_two_photos_come_in_pieces_and_wait_for_the_machine(phone: Phone) -> None:
    way = phone.begin().json()
    reached = [
        phone.send(way, b"12345").json()["reached"],
        phone.send(way, b"67", offset=5).json()["reached"],
        phone.send(way, b"abc", part=1).json()["reached"],
    ]

    done = phone.browser.post(way["finish"])

    assert reached == [5, 7, 3]
    assert done.json() == {"page": way["page"]}
    assert (phone.deposit().state, phone.deposit().size) == (DepositState.RECEIVED, 10)
    assert "Votre document est arrivé." in phone.browser.get(way["page"]).content.decode()


def test_who_begins_again_is_told_how_much_came(phone: Phone) -> None:
    token = str(uuid4())
    way = phone.begin(token=token).json()
    phone.send(way, b"12345")

    again = phone.begin(token=token).json()

    assert again["received"] == [5]
    assert again["page"] == way["page"]


def test_a_piece_that_came_before_or_too_early_changes_nothing(phone: Phone) -> None:
    way = phone.begin().json()
    phone.send(way, b"12345")

    again, early = phone.send(way, b"12345"), phone.send(way, b"xyz", offset=99)

    assert [again.json()["reached"], early.json()["reached"]] == [5, 5]
    assert phone.deposit().size == 5


@pytest.mark.parametrize(
    ("part", "offset"),
    [("", 0), ("x", 0), (-1, 0), (0, "١"), (0, "9" * 30)],
    ids=["none", "word", "less", "sign", "far"],
)
def test_a_piece_that_says_not_where_it_belongs_is_refused(phone: Phone, part: object, offset: object) -> None:
    way = phone.begin().json()

    answer = phone.send(way, b"12345", part=part, offset=offset)

    assert answer.status_code == 422
    assert answer.json()["error"]
    assert phone.deposit().size == 0


def test_too_much_in_all_is_refused_with_a_sentence(phone: Phone, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 200
    way = phone.begin().json()
    phone.send(way, b"x" * 150)

    answer = phone.send(way, b"x" * 51, offset=150)

    assert answer.status_code == 413
    assert "dépasse" in answer.json()["error"]


def test_nothing_is_finished_that_never_came(phone: Phone) -> None:
    way = phone.begin().json()

    answer = phone.browser.post(way["finish"])

    assert (answer.status_code, answer.json()["code"]) == (422, "vide")


def test_a_piece_for_what_is_over_is_refused(phone: Phone, member: User, case: Case, now: datetime) -> None:
    way = phone.begin().json()
    deposits.changed(phone.deposit(), state=DepositState.EXPIRED)

    answer = phone.send(way, b"12345")

    assert (answer.status_code, answer.json()["code"]) == (422, "expire")


@pytest.mark.parametrize("kind", ["", "inventé"], ids=["none", "unknown"])
def test_the_kind_is_asked_for_before_anything_is_sent(phone: Phone, kind: str) -> None:
    """This case takes one kind: nobody sees the box, so it is the page that is out of date."""
    answer = phone.begin(kind=kind)

    assert answer.status_code == 422
    assert "plus à jour" in answer.json()["error"]


def test_a_closed_case_takes_no_piece(
    phone: Phone, case: Case, volunteer: Membership, today: date, now: datetime
) -> None:
    with scope.enter(case.association_id):
        actions.close_case(case, outcome="opposed", today=today, at=now, by=volunteer.user)

    answer = phone.begin()

    assert answer.status_code == 409
    assert "ne prend pas de document" in answer.json()["error"]


@pytest.mark.django_db(transaction=True)
def test_a_closed_door_says_so_before_anything_is_sent(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "missing", lambda *_: "The engine is not there.")

    answer = phone.begin()

    assert answer.status_code == 503
    assert "Gardez le justificatif chez vous" in answer.json()["error"]


def test_nobody_adds_to_what_somebody_else_sends(
    phone: Phone, case: Case, neighbour: HouseClient, outsider: HouseClient
) -> None:
    way = phone.begin().json()

    for other in (neighbour, outsider):
        assert Phone(other, case).begin().status_code == 404
        assert Phone(other, case).send(way, b"12345").status_code == 404
        assert other.post(way["finish"]).status_code == 404
    assert phone.deposit().size == 0


def test_the_web_only_stores_whatever_it_is_sent(phone: Phone, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that would keep an engine busy for ever waits like any other: no page looks into it."""

    def opened(*_: object, **__: object) -> None:
        raise AssertionError("A page opened what was sent.")

    for name in ("analyse", "rebuild", "preview", "original"):
        monkeypatch.setattr(pipeline, name, opened)
    hostile = b"%PDF-1.7\n1 0 obj<</Type/Pages/Kids[1 0 R]/Count 99999999>>endobj" * 1000
    way = phone.begin().json()
    phone.send(way, hostile)
    phone.browser.post(way["finish"])

    pages = [phone.browser.get(address) for address in (way["page"], f"/espace/{case.reference}/", "/espace/")]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert phone.deposit().state == DepositState.RECEIVED
