"""A member keeps the file and its receipt; the platform keeps the fingerprint, and neither file nor salt."""

import hashlib
import io
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from accounts import scope
from accounts.models import Membership, User
from cases import access, actions
from cases.models import Case, Justificatif
from tests import deposits, factories
from tests.house.search import dump_of_database
from tests.people import HouseClient
from tests.web.portal.answers import Answer, text
from web.parts.fingerprints import ProofForm

CONTENT = b"Zq-justificatif-chez-moi " * 40
PRINT = "ab" * 32


@pytest.fixture
def awaiting(case: Case, volunteer: Membership, today: date, now: datetime) -> Case:
    return factories.make_attempt(case, by=volunteer.user, today=today, at=now)


@pytest.fixture
def page(awaiting: Case) -> str:
    return f"/espace/{awaiting.reference}/empreinte/"


def named(content: bytes, name: str = "justificatif de Monique.pdf") -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def send(
    browser: HouseClient, page: str, content: bytes | None = CONTENT, *, as_file: bool = False, **more: str
) -> Answer:
    data: dict[str, Any] = {"token": str(uuid4()), "kind": "opposition"} | more
    if as_file:
        data["as"] = "fichier"
    if content is not None:
        data["file"] = named(content)
    return browser.post(page, data)


def note(browser: HouseClient, page: str, fingerprint: str = PRINT, *, token: str = "") -> Answer:
    """As the browser's script does."""
    return send(browser, page, None, fingerprint=fingerprint, token=token or str(uuid4()))


def kept(case: Case) -> list[Justificatif]:
    with scope.enter(case.association_id):
        return access.justificatifs_of(case)


def salt_in(answer: Answer) -> bytes:
    [shown] = re.findall(r"data-receipt-salt>(.*?)</dd>", answer.content.decode(), re.DOTALL)
    return bytes.fromhex(re.sub(r"<[^>]+>", "", shown))


def test_without_a_script_the_page_says_that_the_file_is_sent_once(mine: HouseClient, page: str) -> None:
    shown = text(mine.get(page))

    assert "Votre fichier sera envoyé une fois." in shown
    assert "oubliés aussitôt" in shown


def test_without_a_script_the_receipt_is_shown_once_and_proves_the_file(
    mine: HouseClient, page: str, awaiting: Case, member: User
) -> None:
    answer = send(mine, page)

    [found] = kept(awaiting)
    salt = salt_in(answer)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert found.fingerprint == hashlib.sha256(salt + CONTENT).hexdigest()
    assert (found.sealed_file, found.received_by) == (None, member)
    assert awaiting.reference in text(answer)
    assert "Monique" not in text(answer)


@pytest.mark.django_db(transaction=True)
def test_neither_the_salt_nor_the_file_is_kept_anywhere(mine: HouseClient, page: str) -> None:
    salt = salt_in(send(mine, page))

    files = b"".join(path.read_bytes() for path in Path(settings.VAR_DIR).rglob("*") if path.is_file())
    for held in (dump_of_database(), files, str(dict(mine.session)).encode()):
        assert salt not in held
        assert salt.hex().encode() not in held
        assert CONTENT[:24] not in held


def test_the_receipt_may_come_as_a_file(mine: HouseClient, page: str, awaiting: Case) -> None:
    answer = send(mine, page, as_file=True)

    [found] = kept(awaiting)
    body = answer.content.decode()
    [salt] = re.findall(r"Sel\s: ([0-9a-f]{64})", body)
    assert answer["Content-Disposition"] == 'attachment; filename="recu.txt"'
    assert answer["Cache-Control"] == "no-store"
    assert f"Empreinte\u00a0: {found.fingerprint}" in body
    assert f"Dossier\u00a0: {awaiting.reference}" in body
    assert hashlib.sha256(bytes.fromhex(salt) + CONTENT).hexdigest() == found.fingerprint


def test_a_form_that_is_sent_twice_shows_no_second_salt(mine: HouseClient, page: str, awaiting: Case) -> None:
    token = str(uuid4())

    first, second = (send(mine, page, token=token) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 302)
    assert "son sel n’est montré qu’une fois" in text(mine.get(page))
    assert len(kept(awaiting)) == 1


def test_two_fingerprints_of_one_file_differ(mine: HouseClient, page: str, awaiting: Case) -> None:
    for _ in range(2):
        send(mine, page)

    first, second = kept(awaiting)
    assert first.fingerprint != second.fingerprint


def test_a_script_sends_the_fingerprint_and_gets_what_the_receipt_says(
    mine: HouseClient, page: str, awaiting: Case
) -> None:
    token = str(uuid4())
    answers = [note(mine, page, token=token) for _ in range(2)]  # the first answer was lost on the way

    [found] = kept(awaiting)
    assert found.fingerprint == PRINT
    for answer in answers:
        assert answer.status_code == 200
        assert answer.json() == {
            "document": "Le justificatif d’opposition",
            "recorded_on": "lundi 23\u00a0novembre 2026",
        }


@pytest.mark.parametrize("wrong", ["zz", "AB" * 32, "ab" * 33, "ab" * 32 + "\n"])
def test_what_is_no_fingerprint_is_refused(mine: HouseClient, page: str, awaiting: Case, wrong: str) -> None:
    answer = note(mine, page, wrong)

    assert answer.status_code == 422
    assert kept(awaiting) == []


def test_digits_of_a_fingerprint_are_no_personal_number(mine: HouseClient, page: str, awaiting: Case) -> None:
    """Sixteen digits in a row, with the key of a NIR."""
    assert note(mine, page, "269054958815780" + "f" * 49).status_code == 200


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [(None, 422, "Choisissez le fichier."), (b"", 422, "est vide"), (b"x" * 2000, 413, "25\u00a0Mo")],
)
def test_what_cannot_be_hashed_is_said(
    mine: HouseClient, page: str, awaiting: Case, settings: Any, content: bytes | None, status: int, said: str
) -> None:
    settings.UPLOAD_MAX_BYTES = 1000

    answer = send(mine, page, content)

    assert answer.status_code == status
    assert said in text(answer)
    assert kept(awaiting) == []


@pytest.mark.django_db(transaction=True)
def test_it_works_where_no_file_is_taken(mine: HouseClient, page: str, awaiting: Case, settings: Any) -> None:
    settings.VAULT_UPLOADS = False

    assert page in text(mine.get(f"/espace/{awaiting.reference}/justificatif/"))
    assert send(mine, page).status_code == 200


def test_a_closed_case_takes_no_fingerprint(
    mine: HouseClient, page: str, awaiting: Case, volunteer: Membership, today: date, now: datetime
) -> None:
    with scope.enter(awaiting.association_id):
        actions.close_case(awaiting, outcome="opposed", today=today, at=now, by=volunteer.user)

    assert (mine.get(page).status_code, send(mine, page).status_code) == (302, 302)
    assert kept(awaiting) == []


def test_nobody_else_notes_one_or_asks_about_one(
    mine: HouseClient,
    page: str,
    awaiting: Case,
    childs_case: Case,
    neighbour: HouseClient,
    outsider: HouseClient,
) -> None:
    note(mine, page)
    [found] = kept(awaiting)

    for one in (neighbour, outsider):
        for answer in (note(one, page), one.get(page), one.get(f"{page}{found.pk}/")):
            assert answer.status_code == 404
    assert mine.get(f"/espace/{childs_case.reference}/empreinte/{found.pk}/").status_code == 404
    assert len(kept(awaiting)) == 1


def test_the_case_shows_that_only_the_fingerprint_is_kept(mine: HouseClient, page: str, awaiting: Case) -> None:
    note(mine, page)
    [found] = kept(awaiting)

    shown = text(mine.get("/espace/"))

    assert "Empreinte seule, notée le lundi 23\u00a0novembre 2026, en cours de vérification" in shown
    assert f"{page}{found.pk}/" in shown
    assert mine.get(f"/espace/{awaiting.reference}/justificatif/{found.pk}/").status_code == 404


# Proving the file later, without a script.

Prove = Callable[..., Answer]


@pytest.fixture
def prove(mine: HouseClient, page: str, awaiting: Case) -> Prove:
    """`prove(content, typed="…")`, of a fingerprint of CONTENT; `{salt}` is the right one, `{receipt}` all of it."""
    answer = send(mine, page, as_file=True)
    receipt = answer.content.decode()
    [salt] = re.findall(r"Sel\s: ([0-9a-f]{64})", receipt)
    [found] = kept(awaiting)

    def asked(content: bytes | None = CONTENT, *, typed: str = "{salt}", receipt_file: bool = False) -> Answer:
        data: dict[str, Any] = {"salt": typed.format(salt=salt, receipt=receipt)}
        if content is not None:
            data["file"] = named(content)
        if receipt_file:
            data = {**data, "salt": "", "receipt": named(receipt.encode(), "recu.txt")}
        return mine.post(f"{page}{found.pk}/", data)

    return asked


def outcome(answer: Answer) -> str:
    shown = [name for name in ("yes", "no") if re.search(rf"data-proof-{name}>", answer.content.decode())]
    return " ".join(shown)


def test_the_file_and_its_salt_are_known_again(prove: Prove) -> None:
    for answer in (prove(), prove(typed="{receipt}"), prove(receipt_file=True)):
        assert (answer.status_code, outcome(answer)) == (200, "yes")


def test_another_file_or_another_salt_is_not(prove: Prove) -> None:
    for answer in (prove(CONTENT + b" "), prove(b"x"), prove(typed="00" * 32)):
        assert (answer.status_code, outcome(answer)) == (200, "no")


def test_without_file_or_salt_nothing_is_said_of_it(prove: Prove) -> None:
    for answer in (prove(None), prove(typed=""), prove(typed="ab"), prove(b"")):
        assert (answer.status_code, outcome(answer)) == (422, "")


@pytest.mark.parametrize("way", ["script", "form"])
def test_ten_an_hour_are_noted_whatever_is_deposited_beside_them(
    mine: HouseClient, page: str, awaiting: Case, member: User, now: datetime, way: str
) -> None:
    deposits.received(awaiting, by=member, at=timezone.now())
    for _ in range(9):
        assert note(mine, page).status_code == 200

    answer = note(mine, page) if way == "script" else send(mine, page)

    assert answer.status_code == 429
    assert "beaucoup de fichiers en une heure" in (answer.json()["error"] if way == "script" else text(answer))
    assert len(kept(awaiting)) == 9


def test_few_salts_are_tried_however_many_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    salts = [f"{number:064x}" for number in range(200)]
    form = ProofForm()
    tried: list[bytes] = []
    monkeypatch.setattr(ProofForm, "_salts", lambda _self: [bytes.fromhex(one) for one in [PRINT, *salts]])

    def hashed(_self: ProofForm, *, salt: bytes) -> str:
        tried.append(salt)
        return ""

    monkeypatch.setattr(ProofForm, "hashed", hashed)

    assert form.proves(PRINT) is False
    assert [salt.hex() for salt in tried] == salts[:4]
