"""Each volunteer chooses how they are told, for each association apart."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts import scope
from accounts.models import Membership
from notifications.access import choice_of
from notifications.rules.kinds import Audience
from notifications.rules.modes import Choice, Mode
from tests.people import HouseClient, location, signed_in

pytestmark = pytest.mark.django_db
PAGE, ACCOUNT = reverse("desk:mails"), reverse("desk:account")


def sent(membership: Membership, **typed: Any) -> dict[str, Any]:
    whole = {"mode": "none", "digest_at": "12:00", "quiet_from": "never", "quiet_until": "never"}
    return {"association": membership.association_id, "token": str(uuid4()), **whole, **typed}


def chosen(membership: Membership) -> Choice:
    with scope.enter(membership.association_id):
        return choice_of(membership.user_id, audience=Audience.TEAM)


def test_the_choice_is_ones_own_and_the_page_says_what_leaves_all_the_same(
    at_work: HouseClient, volunteer: Membership, colleague: Membership
) -> None:
    page = at_work.get(PAGE).content.decode()
    assert "les alertes de sécurité" in page

    assert location(at_work.post(PAGE, sent(volunteer))) == ACCOUNT

    assert chosen(volunteer) == Choice(mode=Mode.NONE, digest_at=12)
    assert chosen(colleague) == Choice()


def test_every_role_of_the_team_has_one(delegate: Membership) -> None:
    client = signed_in(delegate.user, association=delegate.association)

    assert location(client.post(PAGE, sent(delegate, mode="digest"))) == ACCOUNT
    assert chosen(delegate).mode is Mode.DIGEST


def test_a_form_of_another_association_changes_nothing(
    at_work: HouseClient, volunteer: Membership, stranger: Membership
) -> None:
    assert at_work.post(PAGE, sent(stranger)).status_code == 409
    assert chosen(volunteer) == chosen(stranger) == Choice()


def test_what_cannot_be_is_said_and_changes_nothing(at_work: HouseClient, volunteer: Membership) -> None:
    response = at_work.post(PAGE, sent(volunteer, quiet_from="08:00", quiet_until="20:00"))

    assert response.status_code == 422
    assert "laissez au moins une heure" in response.content.decode()
    assert chosen(volunteer) == Choice()


def test_an_hour_that_the_association_left_gives_way_to_one_that_it_has(
    at_work: HouseClient, volunteer: Membership
) -> None:
    at_work.post(PAGE, sent(volunteer, mode="digest", digest_at="19:00"))
    volunteer.association.sends_until = 18
    volunteer.association.save(update_fields=["sends_until"])

    assert '<option value="17:00" selected>' in at_work.get(PAGE).content.decode()


def test_it_is_found_from_ones_account(at_work: HouseClient) -> None:
    assert f'href="{PAGE}"' in at_work.get(ACCOUNT).content.decode()
