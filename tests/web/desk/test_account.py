"""My account, and choosing between one's own associations."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts import actions
from accounts.models import Association, Membership
from accounts.rules.roles import Role
from tests.people import HouseClient, location, signed_in
from tests.web.desk.authenticator import enrol, enrol_recovery


@pytest.fixture
def of_two(volunteer: Membership, other_association: Association) -> HouseClient:
    """Somebody who also works for the other association."""
    actions.join(other_association.pk, user=volunteer.user, roles=[Role.COORDINATOR], at=volunteer.joined_at)
    return signed_in(volunteer.user, association=volunteer.association)


def choosing(here: Association, wanted: Any) -> dict[str, Any]:
    return {"association": here.pk, "token": str(uuid4()), "wanted": wanted}


def test_my_account_says_who_i_am_and_what_protects_me(volunteer: Membership) -> None:
    enrol(volunteer.user)
    enrol_recovery(volunteer.user)

    page = signed_in(volunteer.user).get(reverse("desk:account")).content.decode()

    for words in (volunteer.user.name, volunteer.user.email, "Bénévole", "Application de codes", "8 codes"):
        assert words in page
    assert reverse("mfa_index") in page
    assert "Travailler pour une autre association" not in page


def test_a_whole_name_is_a_name_in_english_too(volunteer: Membership) -> None:
    page = signed_in(volunteer.user).get(reverse("desk:account"), headers={"accept-language": "en"}).content.decode()

    assert f"<dt>Name</dt><dd>{volunteer.user.name}</dd>" in page


def test_one_works_for_another_of_ones_associations(
    of_two: HouseClient, other_association: Association, association: Association
) -> None:
    assert other_association.name in of_two.get(reverse("desk:account")).content.decode()
    assert of_two.get(reverse("desk:team")).status_code == 403

    chosen = of_two.post(reverse("desk:choose"), choosing(association, other_association.pk))

    assert location(chosen) == "/desk/"
    assert of_two.get(reverse("desk:team")).status_code == 200


def test_a_form_from_before_the_choice_is_a_conflict(
    of_two: HouseClient, association: Association, other_association: Association
) -> None:
    of_two.post(reverse("desk:choose"), choosing(association, other_association.pk))

    assert of_two.post(reverse("desk:choose"), choosing(association, association.pk)).status_code == 409


@pytest.mark.parametrize("wanted", ["", "abc", "999999", "-1"])
def test_nothing_else_can_be_chosen(of_two: HouseClient, association: Association, wanted: str) -> None:
    assert of_two.post(reverse("desk:choose"), choosing(association, wanted)).status_code == 404
    assert of_two.get(reverse("desk:choose")).status_code == 405


def test_an_association_that_is_not_ones_own_is_not_there(
    volunteer: Membership, association: Association, other_association: Association
) -> None:
    browser = signed_in(volunteer.user)

    assert browser.post(reverse("desk:choose"), choosing(association, other_association.pk)).status_code == 404
    assert association.name in browser.get("/desk/").content.decode()


@pytest.mark.parametrize("name", ["account", "team", "figures"])
def test_nobody_without_a_password_and_a_factor_sees_the_desk(
    client: HouseClient, volunteer: Membership, name: str
) -> None:
    assert location(client.get(reverse(f"desk:{name}"))).startswith("/compte/connexion/")
    assert location(signed_in(volunteer.user, factor=False).get(reverse(f"desk:{name}"))).startswith("/compte/facteur/")
