"""A member's pages for a procedure that is not about Mon espace santé."""

from collections.abc import Callable

import pytest

from accounts.models import Association
from cases.models import Case
from tests.people import HouseClient, signed_in_by_code
from tests.web.portal.answers import text

OTHER_WAY = "Ou prendre l’autre chemin"


def browser_of(case: Case, association: Association) -> HouseClient:
    assert case.member.user
    return signed_in_by_code(case.member.user, association=association)


def test_what_is_written_in_an_e_mail_is_not_said_aloud(opened: Callable[..., Case], association: Association) -> None:
    case = opened(procedure="rgpd/acces", sent=None)

    page = text(browser_of(case, association).get(f"/espace/{case.reference}/etapes/email/2/"))

    assert "Ce que vous écrivez" in page
    assert "Ce que vous dites" not in page
    assert "article 15 du RGPD" in page


@pytest.mark.parametrize(
    ("procedure", "offered"),
    [("mon-espace-sante/opposition", True), ("rgpd/acces", False), ("taj/acces", False), ("cnil/plainte", False)],
)
def test_only_a_right_of_ones_own_offers_another_way_before_anything_was_tried(
    procedure: str, offered: bool, opened: Callable[..., Case], association: Association
) -> None:
    """A complaint comes after a silence, which nobody has kept yet."""
    case = opened(procedure=procedure, sent=None)
    browser = browser_of(case, association)

    page = text(browser.get(f"/espace/{case.reference}/"))
    answer = browser.get(f"/espace/{case.reference}/continuer/")

    assert (OTHER_WAY in page) is offered
    assert answer.status_code == (200 if offered else 302)
