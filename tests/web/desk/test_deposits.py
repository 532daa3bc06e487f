"""A document that a volunteer deposits for somebody, and what the desk sees of the one that a member sends."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import scope
from accounts.models import AuditEntry, Membership
from cases import actions
from cases.models import Case
from tests import deposits, factories
from tests.people import HouseClient, location
from tests.vault.samples import pdf
from tests.web.desk.conftest import address, answers
from vault.models import Deposit, DepositState
from vault.rules.refusals import Code

Desk = Callable[[Membership], HouseClient]


def upload(content: bytes, name: str = "Marie Dupont 2690549588157.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def sent(case: Case) -> list[Deposit]:
    with scope.enter(case.association_id):
        return list(Deposit.objects.order_by("pk"))


@pytest.fixture
def shown(case: Case, volunteer: Membership, now: datetime) -> Deposit:
    """What the volunteer has to confirm in the member's stead."""
    return deposits.to_confirm(case, by=volunteer.user, at=now)


def test_a_document_is_deposited_and_waits_for_the_machine(
    case: Case, at_work: HouseClient, volunteer: Membership
) -> None:
    typed = answers(case, kind="opposition", file=upload(pdf()))

    page = at_work.post(address("upload", case), typed, follow=True).content.decode()

    [found] = sent(case)
    assert (found.by, found.label, found.state) == (volunteer.user, "opposition", "RECU")
    assert "Votre document est arrivé." in page
    assert "2690549588157" not in page


def test_two_submits_deposit_one_document(case: Case, at_work: HouseClient) -> None:
    typed = answers(case, kind="opposition")

    both = [at_work.post(address("upload", case), {**typed, "file": upload(pdf())}) for _ in range(2)]

    assert {answer.headers["Location"] for answer in both} == {address("deposit", case, sent(case)[0].pk)}
    assert len(sent(case)) == 1


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [(b"", 422, "Ce fichier est vide"), (b"x" * (26 * 1024 * 1024), 413, "dépasse 25")],
)
def test_a_file_that_cannot_be_taken_says_why(
    content: bytes, status: int, sentence: str, case: Case, at_work: HouseClient
) -> None:
    response = at_work.post(address("upload", case), answers(case, kind="opposition", file=upload(content)))

    page = response.content.decode()
    assert response.status_code == status
    assert sentence in page.split('id="id_file_error"')[1][:300]
    assert "checked" in page.split('value="opposition"')[1][:80]
    assert sent(case) == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"kind": "opposition"}, "choisissez un fichier"),
        ({"file": pdf()}, "Dites de quel document il s’agit"),
        ({"kind": "inventé", "file": pdf()}, "choix"),
    ],
)
def test_an_upload_needs_a_file_and_its_kind(
    typed: dict[str, Any], sentence: str, case: Case, at_work: HouseClient
) -> None:
    form = answers(case, **typed)
    if "file" in form:
        form["file"] = upload(form["file"])

    response = at_work.post(address("upload", case), form)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert sent(case) == []


def test_a_closed_case_takes_no_document(
    case: Case, at_work: HouseClient, volunteer: Membership, today: date, now: datetime
) -> None:
    with scope.enter(case.association_id):
        actions.close_case(case, outcome="abandoned", today=today, at=now, by=volunteer.user)

    answer = at_work.post(address("upload", case), answers(case, kind="opposition", file=upload(pdf())))

    assert answer.status_code == 409
    assert sent(case) == []


def test_the_volunteer_confirms_in_the_members_stead(case: Case, shown: Deposit, at_work: HouseClient) -> None:
    page = address("deposit", case, shown.pk)
    body = at_work.get(page).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', body)
    assert seen
    assert 'name="association"' in body

    answer = at_work.post(page, answers(case, act="keep", seen=seen[1]))

    assert answer.headers["Location"] == page
    [found] = sent(case)
    assert found.confirmed_by == shown.by


def test_a_form_of_another_association_decides_nothing(case: Case, shown: Deposit, at_work: HouseClient) -> None:
    answer = at_work.post(address("deposit", case, shown.pk), {"act": "discard", "association": "0"})

    assert answer.status_code == 409
    assert sent(case)[0].state == DepositState.TO_CONFIRM


@pytest.mark.parametrize("part", ["deposit", "deposit_before", "deposit_after"])
def test_only_who_sent_a_document_sees_it_before_it_is_kept(
    part: str,
    case: Case,
    shown: Deposit,
    at_work: HouseClient,
    desk: Desk,
    coordinator: Membership,
    colleague: Membership,
    stranger: Membership,
    now: datetime,
) -> None:
    place = [shown.pk] if part == "deposit" else [shown.pk, 1]
    for reader in (coordinator, colleague):
        factories.say_why(case, by=reader.user, at=now)

    assert at_work.get(address(part, case, *place)).status_code == 200
    for other in (coordinator, colleague, stranger):
        assert desk(other).get(address(part, case, *place)).status_code == 404


def test_the_desk_says_whom_a_document_waits_for_and_shows_nothing_of_it(
    case: Case, shown: Deposit, at_work: HouseClient, desk: Desk, coordinator: Membership, now: datetime
) -> None:
    assert case.member.user
    theirs = deposits.to_confirm(case, by=case.member.user, at=now)
    factories.say_why(case, by=coordinator.user, at=now)

    mine, colleagues = (
        browser.get(reverse("desk:case", args=[case.reference])).content.decode()
        for browser in (at_work, desk(coordinator))
    )

    assert "Attend la personne" in mine
    assert "À vérifier par vous" in mine
    assert address("deposit", case, shown.pk) in mine
    assert "Attend un collègue" in colleagues
    assert address("deposit", case, theirs.pk) not in mine + colleagues
    assert address("deposit", case, shown.pk) not in colleagues


@pytest.mark.parametrize(
    ("state", "code", "said"),
    [
        (DepositState.TO_REVIEW, Code.TO_REVIEW, "Photo à reprendre"),
        (DepositState.REFUSED, Code.UNREADABLE, "La machine n’arrive pas à lire cette photo"),
        (DepositState.EXPIRED, Code.EXPIRED, "Détruit, faute de réponse"),
        (DepositState.EXPIRED, Code.NOT_SEALED, "Pas gardé"),
    ],
)
def test_what_a_member_sent_in_vain_is_said_until_they_send_another(
    case: Case, at_work: HouseClient, now: datetime, state: DepositState, code: Code, said: str
) -> None:
    assert case.member.user
    deposits.ended(case, state=state, code=code, by=case.member.user, at=now)
    assert said in at_work.get(reverse("desk:case", args=[case.reference])).content.decode()

    deposits.received(case, by=case.member.user, at=now)

    page = at_work.get(reverse("desk:case", args=[case.reference])).content.decode()
    assert said not in page
    assert "En cours d’analyse" in page


def test_a_page_that_asks_again_by_itself_is_no_opening(
    case: Case, volunteer: Membership, at_work: HouseClient, now: datetime
) -> None:
    deposit = deposits.received(case, by=volunteer.user, at=now)

    for _ in range(3):
        assert at_work.get(f"{address('deposit', case, deposit.pk)}?etat=RECU-").status_code == 204

    with scope.enter(case.association_id):
        assert AuditEntry.objects.filter(about_id=str(case.pk), by=volunteer.user).count() == 0


@pytest.mark.parametrize(
    "part", ["deposit_begin", "deposit_piece", "deposit_finish", "deposit_before", "deposit_after", "deposit"]
)
def test_what_a_page_asks_for_by_itself_asks_why_too(
    part: str, case: Case, colleague: Membership, desk: Desk, now: datetime
) -> None:
    """A colleague sent it; since then somebody else follows the case."""
    deposit = deposits.to_confirm(case, by=colleague.user, at=now)
    places = {"deposit_begin": [], "deposit_before": [deposit.pk, 1], "deposit_after": [deposit.pk, 1]}
    place, theirs = address(part, case, *places.get(part, [deposit.pk])), desk(colleague)

    def ask() -> Any:
        if part in {"deposit_begin", "deposit_piece", "deposit_finish"}:
            return theirs.post(place, answers(case, kind="opposition"))
        return theirs.get(place + ("?etat=RECU-" if part == "deposit" else ""))

    assert location(ask()).startswith(address("reason", case))
    assert len(sent(case)) == 1
    factories.say_why(case, by=colleague.user, at=now)
    assert ask().status_code in {200, 204, 302, 409, 422}
