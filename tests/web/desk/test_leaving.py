"""Whoever is let go is out at the next request, whichever way they come."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.urls import reverse

from accounts import scope
from accounts.models import Membership
from accounts.rules.roles import Role
from cases.models import Case
from tests import factories
from tests.people import HouseClient, location
from tests.web.desk.conftest import OpenOne, address, answers

Desk = Callable[[Membership], HouseClient]


@pytest.fixture
def let_go(coordinator: Membership, volunteer: Membership, desk: Desk) -> Callable[[], None]:
    """`let_go()`: a coordinator presses the button."""

    def pressed() -> None:
        leave = reverse("desk:member_revoke", args=[volunteer.pk])
        sent = {"association": coordinator.association_id, "token": "5b0bd7b0-0000-4000-8000-000000000000"}
        assert desk(coordinator).post(leave, sent).status_code == 302

    return pressed


def test_a_live_session_reads_and_writes_nothing_more(
    case: Case, at_work: HouseClient, let_go: Callable[[], None]
) -> None:
    assert at_work.get(address("case", case)).status_code == 200

    let_go()

    for response in (
        at_work.get(address("case", case)),
        at_work.post(address("note", case), answers(case, text="Encore une note")),
        at_work.get("/api/v1/cases/"),
    ):
        assert response.status_code in {302, 401}
        assert location(response).startswith("/compte/connexion/") or response.status_code == 401


def test_a_programs_token_opens_nothing_more(
    case: Case, volunteer: Membership, now: datetime, let_go: Callable[[], None]
) -> None:
    volunteer.roles = [Role.COORDINATOR]
    with scope.enter(volunteer.association_id):
        volunteer.save(update_fields=["roles"])
    _, token = factories.make_token(volunteer, at=now)
    program = HouseClient(headers={"Authorization": f"Bearer {token}"})
    assert program.get(f"/api/v1/cases/{case.reference}/").status_code == 200

    let_go()

    assert program.get(f"/api/v1/cases/{case.reference}/").status_code == 401
    assert program.get("/api/v1/cases/").status_code == 401


def test_an_invitation_that_they_sent_is_closed(
    volunteer: Membership, now: datetime, let_go: Callable[[], None]
) -> None:
    _, token = factories.make_invitation(volunteer.association, by=volunteer.user, at=now)
    link = reverse("invitation", args=[token])
    assert HouseClient().get(link).status_code == 200

    let_go()

    assert HouseClient().get(link).status_code == 410


def test_whoever_works_elsewhere_too_finds_nothing_here(
    case: Case, volunteer: Membership, stranger: Membership, at_work: HouseClient, let_go: Callable[[], None]
) -> None:
    factories.make_membership(stranger.association, Role.VOLUNTEER, user=volunteer.user)

    let_go()

    assert at_work.get(address("case", case)).status_code == 404
    assert stranger.association.name in at_work.get("/desk/").content.decode()


def test_their_cases_wait_for_somebody_in_the_queue(
    open_one: OpenOne, coordinator: Membership, desk: Desk, let_go: Callable[[], None]
) -> None:
    case = open_one(sent=41)

    let_go()

    page = desk(coordinator).get("/desk/?qui=nobody").content.decode()
    assert case.reference in page
    assert desk(coordinator).get(address("case", case)).status_code == 200  # nobody's: no reason is asked
