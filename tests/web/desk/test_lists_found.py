"""Where lists of many cases are found: in the menu, and on the first page of whoever decides about one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts import scope
from accounts.models import Membership
from cases import access
from cases.models import Export
from tests import factories
from tests.people import HouseClient
from tests.web.desk.conftest import OpenOne

pytestmark = pytest.mark.django_db
Desk = Callable[[Membership], HouseClient]


@pytest.fixture
def waiting(open_one: OpenOne, referent: Membership, now: datetime) -> Export:
    open_one()
    return factories.make_export(referent, at=now)


@pytest.mark.parametrize(
    ("role", "shown"),
    [("reception", False), ("volunteer", False), ("referent", True), ("coordinator", True), ("delegate", True)],
)
def test_the_menu_leads_to_the_lists_whoever_may_ask_or_approve(
    role: str, shown: bool, request: pytest.FixtureRequest, desk: Desk
) -> None:
    page = desk(request.getfixturevalue(role)).get("/desk/").content.decode()

    assert (f'href="{reverse("desk:exports")}"' in page) is shown


def test_the_delegates_first_page_tells_what_waits_for_their_decision(
    waiting: Export, delegate: Membership, coordinator: Membership, desk: Desk
) -> None:
    browser = desk(delegate)
    assert "1 liste attend votre décision." in said(browser)

    token = str(uuid4())
    refusal = {"association": coordinator.association_id, "token": token, "seen": 1, "decision": "refuse"}
    answer = desk(coordinator).post(reverse("desk:export", args=[waiting.pk]), refusal)
    assert answer.status_code == 302
    assert "votre décision" not in said(browser)


def said(browser: HouseClient) -> str:
    return str(browser.get("/desk/").content.decode()).replace("\u00a0", " ")


def test_what_is_late_or_ones_own_waits_for_nobody_here(
    waiting: Export, delegate: Membership, coordinator: Membership, volunteer: Membership, now: datetime
) -> None:
    with scope.enter(delegate.association_id):
        factories.make_export(coordinator, at=now)
        assert [access.lists_waiting(one, at=now) for one in (delegate, coordinator, volunteer)] == [2, 1, 0]
        assert access.lists_waiting(delegate, at=now + timedelta(days=2)) == 0
