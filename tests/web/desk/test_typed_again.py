"""What was typed in a form that had to wait for the factor comes back, to be read and sent by hand."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.urls import reverse

from accounts import access, scope
from accounts.models import ApiToken, Invitation, Membership
from accounts.rules.roles import Role
from cases.models import Export
from tests import factories
from tests.people import HouseClient, location
from tests.web.desk.authenticator import code_of, enrol
from tests.web.desk.test_stepup import AGAIN, sent, stale

pytestmark = pytest.mark.django_db
INVITE, ASK, TOKEN = reverse("desk:invite"), reverse("desk:export_ask"), reverse("desk:token_new")
NADIA = {"name": "Nadia Berger", "email": "nadia@exemple.invalid", "roles": [Role.REFERENT]}


def boxes(html: str) -> str:
    """The page without what differs at each rendering."""
    return re.sub(r"\s+", " ", html.replace("\u00a0", " "))


def confirmed(client: HouseClient, address: str, secret: str) -> str:
    """The form's page, after the factor."""
    assert location(client.post(AGAIN, {"code": code_of(secret), "next": address})) == address
    return boxes(client.get(address).content.decode())


@pytest.mark.parametrize(
    ("address", "typed", "shown"),
    [
        (INVITE, NADIA, ['value="Nadia Berger"', 'value="nadia@exemple.invalid"', 'value="referent"[^>]*checked']),
        (
            ASK,
            {"people": "with", "reason": "Appeler qui attend.", "opened_from_day": "3", "opened_from_month": "mars"},
            [">\\s*Appeler qui attend.", 'value="with"[^>]*checked', 'value="3"', 'value="mars"'],
        ),
        (
            TOKEN,
            {"label": "Tableau du bureau", "networks": "ceci n’est pas un réseau", "days": "30"},
            ['value="Tableau du bureau"', "ceci n’est pas un réseau", 'value="30"[^>]*checked'],
        ),
    ],
)
def test_the_form_comes_back_as_it_was_typed(
    coordinator: Membership, clock: time_machine.Traveller, address: str, typed: dict[str, Any], shown: list[str]
) -> None:
    secret = enrol(coordinator.user)
    client = stale(coordinator, clock)

    asked = location(client.post(address, sent(coordinator, **typed)))
    assert "ce que vous avez tapé revient" in client.get(asked).content.decode()
    page = confirmed(client, address, secret)

    for pattern in shown:
        assert re.search(pattern, page), pattern
    with scope.enter(coordinator.association_id):
        assert not any(model.objects.exists() for model in (Invitation, Export, ApiToken))
    # Once: a page that is opened later starts anew.
    assert not re.search(shown[0], boxes(client.get(address).content.decode()))


def test_unticked_roles_stay_unticked(
    coordinator: Membership, volunteer: Membership, clock: time_machine.Traveller
) -> None:
    secret, client = enrol(coordinator.user), stale(coordinator, clock)
    address = reverse("desk:member_roles", args=[volunteer.pk])

    client.post(address, sent(coordinator, roles=[Role.REFERENT]))
    page = confirmed(client, address, secret)

    assert re.findall(r'value="(\w+)"[^>]*checked', page) == ["referent"]
    [mine] = access.memberships_of(volunteer.user)
    assert mine.roles == [Role.VOLUNTEER]


def test_it_is_kept_for_ten_minutes_and_sealed(coordinator: Membership, clock: time_machine.Traveller) -> None:
    secret, client = enrol(coordinator.user), stale(coordinator, clock)
    client.post(INVITE, sent(coordinator, **NADIA))
    assert "typed_before_factor" in client.session
    assert all("Nadia" not in row.session_data for row in Session.objects.all())

    clock.shift(timedelta(minutes=10))
    client.get(reverse("desk:team"))

    assert "typed_before_factor" not in client.session
    assert "Nadia" not in confirmed(client, INVITE, secret)


def test_it_fills_no_other_page_and_no_other_associations(
    coordinator: Membership, clock: time_machine.Traveller
) -> None:
    secret = enrol(coordinator.user)
    elsewhere = factories.make_membership(factories.make_association(), Role.COORDINATOR, user=coordinator.user)
    client = stale(coordinator, clock)

    client.post(INVITE, sent(coordinator, **NADIA))
    assert "Nadia" not in confirmed(client, TOKEN, secret)
    client.post(reverse("desk:choose"), sent(coordinator, wanted=elsewhere.association_id))

    assert "Nadia" not in client.get(INVITE).content.decode()


def test_too_much_and_passwords_are_not_kept(coordinator: Membership, clock: time_machine.Traveller) -> None:
    enrol(coordinator.user)
    client = stale(coordinator, clock)

    for address, typed in (
        (INVITE, {"name": "N" * 20_001}),
        (reverse("desk:password"), {"password": "neuf tilleuls sous la pluie"}),
    ):
        asked = location(client.post(address, sent(coordinator, **typed)))
        assert "puis recommencez" in client.get(asked).content.decode()
        assert "typed_before_factor" not in client.session


def test_a_number_that_is_written_nowhere_does_not_wait_in_the_session(
    coordinator: Membership, clock: time_machine.Traveller
) -> None:
    secret, client = enrol(coordinator.user), stale(coordinator, clock)

    asked = location(client.post(ASK, sent(coordinator, people="with", reason="Pour 2 85 05 78 006 084 41")))

    assert "recommencez" in client.get(asked).content.decode()
    assert "typed_before_factor" not in client.session
    assert "006 084" not in confirmed(client, ASK, secret)
