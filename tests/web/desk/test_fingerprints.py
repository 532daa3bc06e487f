"""At the desk: a file that stayed with the person is compared with its fingerprint, then checked like any other."""

import io
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from accounts import scope
from accounts.models import Membership
from cases.models import Campaign, Case, Justificatif
from tests import factories
from tests.people import HouseClient

CONTENT, SALT = b"The file of a member.", b"\x07" * 32
Desk = Callable[[Membership], HouseClient]


@pytest.fixture
def case(association: Any, volunteer: Membership, today: date, now: datetime, clock: Any) -> Case:
    campaign: Campaign = factories.make_campaign(association, today=today)
    return factories.make_case(campaign, by=volunteer.user, today=today, at=now)


@pytest.fixture
def found(case: Case, volunteer: Membership, today: date, now: datetime) -> Justificatif:
    return factories.make_fingerprint(case, by=volunteer.user, today=today, at=now, content=CONTENT, salt=SALT)


def address(case: Case, found: Justificatif, page: str) -> str:
    return f"/desk/dossiers/{case.reference}/justificatif/{found.pk}/{page}/"


def prove(browser: HouseClient, case: Case, found: Justificatif, content: bytes, salt: str) -> tuple[int, str]:
    file = io.BytesIO(content)
    file.name = "x"
    answer = browser.post(
        address(case, found, "empreinte"),
        {
            "association": case.association_id,
            "token": "00000000-0000-4000-8000-000000000001",
            "file": file,
            "salt": salt,
        },
    )
    shown = [name for name in ("yes", "no") if re.search(rf"data-proof-{name}>", answer.content.decode())]
    return answer.status_code, " ".join(shown)


def test_a_volunteer_compares_the_file_that_is_shown(
    desk: Desk, volunteer: Membership, case: Case, found: Justificatif
) -> None:
    browser = desk(volunteer)

    assert prove(browser, case, found, CONTENT, SALT.hex()) == (200, "yes")
    assert prove(browser, case, found, CONTENT + b".", SALT.hex()) == (200, "no")
    assert prove(browser, case, found, CONTENT, "00" * 32) == (200, "no")
    assert prove(browser, case, found, CONTENT, "") == (422, "")


def test_the_case_and_the_check_say_that_only_the_fingerprint_is_kept(
    desk: Desk, volunteer: Membership, case: Case, found: Justificatif
) -> None:
    browser = desk(volunteer)

    shown = browser.get(f"/desk/dossiers/{case.reference}/").content.decode()
    check = browser.get(address(case, found, "verifier")).content.decode()

    assert "empreinte seule, notée le 23\u00a0novembre 2026" in shown
    assert "Comparer avec le fichier de la personne" in shown
    assert f'data-proof="{found.fingerprint}"' in check
    assert "Ouvrir le document" not in check


def test_it_is_checked_like_a_document(desk: Desk, volunteer: Membership, case: Case, found: Justificatif) -> None:
    answers = dict.fromkeys(("other_document", "other_person", "no_date", "unreadable"), "yes")
    data = {"association": case.association_id, "token": "00000000-0000-4000-8000-000000000002", **answers}

    answer = desk(volunteer).post(address(case, found, "verifier"), data)

    assert answer.status_code == 302
    with scope.enter(case.association_id):
        assert Justificatif.objects.get(pk=found.pk).accepted


def test_there_is_no_file_to_open(desk: Desk, volunteer: Membership, case: Case, found: Justificatif) -> None:
    assert desk(volunteer).get(address(case, found, "fichier")).status_code == 404


def test_nobody_compares_in_somebody_elses_case(
    desk: Desk,
    volunteer: Membership,
    stranger: Membership,
    delegate: Membership,
    case: Case,
    found: Justificatif,
    today: date,
    now: datetime,
) -> None:
    kept = factories.make_justificatif(case, by=volunteer.user, today=today, at=now)

    assert desk(stranger).get(address(case, found, "empreinte")).status_code == 404
    assert desk(delegate).get(address(case, found, "empreinte")).status_code == 403
    assert desk(volunteer).get(address(case, kept, "empreinte")).status_code == 404
