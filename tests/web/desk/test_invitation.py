"""Joining a team, from a mail's link to the first desk page."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from accounts import access, actions, scope
from accounts.models import Association, Invitation, Membership, User
from accounts.rules.roles import Role
from tests import factories
from tests.people import HouseClient, location, signed_in
from tests.web.desk.authenticator import code_of, enrol

NEW_PASSWORD = "cinq mots pour une phrase"


def waiting(association: Association) -> int:
    with scope.enter(association.pk):
        return int(Invitation.objects.unanswered().count())


@pytest.fixture
def invited(coordinator: Membership, now: datetime) -> str:
    """The address of an invitation's page."""
    _, token = factories.make_invitation(
        coordinator.association, by=coordinator.user, at=now, email="nadia@exemple.invalid", roles=[Role.REFERENT]
    )
    return reverse("invitation", args=[token])


def joining(**changes: Any) -> dict[str, Any]:
    return {"name": "Nadia Berger", "password": NEW_PASSWORD, "pledge": "on"} | changes


def test_from_the_mail_to_the_first_desk_page(client: HouseClient, invited: str, association: Association) -> None:
    page = client.get(invited).content.decode()
    assert association.name in page
    assert "Référent" in page

    joined = client.post(invited, joining(), follow=True)
    assert joined.redirect_chain[-1][0] == "/compte/facteur/"
    install = client.get("/compte/facteur/application/").content.decode()
    secret = re.search(r'id="secret"[^>]*>(.*?)</code>', install, re.DOTALL)
    assert secret
    code = code_of(re.sub(r"<[^>]*>|\s", "", secret.group(1)))
    codes = client.post("/compte/facteur/application/", {"code": code}, follow=True)
    assert codes.redirect_chain[-1][0] == "/compte/facteur/secours/"

    assert client.get("/desk/").status_code == 200
    user = access.user_by_email("nadia@exemple.invalid")
    assert user
    [membership] = access.memberships_of(user)
    assert (membership.roles, membership.pledged_version) == ([Role.REFERENT], actions.PLEDGE_VERSION)


def test_looking_consumes_nothing(client: HouseClient, invited: str) -> None:
    for _ in range(3):
        assert client.get(invited).status_code == client.head(invited).status_code == 200

    assert client.post(invited, joining()).status_code == 302


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"password": "court"}, "trop court"),
        ({"password": "motdepasse123"}, "un des premiers que l’on essaie"),
        ({"password": "Azertyuiop123"}, "suit le clavier"),
        ({"password": "nadia@exemple.invalid"}, "de votre nom ou de votre adresse"),
        ({"password": "Berger-2026-07"}, "de votre nom ou de votre adresse"),
        ({"password": "123456789012345"}, "suit le clavier"),
        ({"password": ""}, "Répondez à cette question."),
        ({"name": ""}, "Répondez à cette question."),
        ({"pledge": ""}, "Sans cet engagement"),
    ],
)
def test_what_is_missing_is_said_and_nobody_joins(
    client: HouseClient, invited: str, association: Association, changes: dict[str, Any], sentence: str
) -> None:
    answer = client.post(invited, joining(**changes))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert waiting(association) == 1


@pytest.mark.parametrize("known", [False, True])
def test_a_password_that_the_page_does_not_keep_is_asked_for_again(
    client: HouseClient, invited: str, known: bool
) -> None:
    if known:
        factories.make_user(email="nadia@exemple.invalid")

    page = client.post(invited, joining(pledge="")).content.decode().replace("\u00a0", " ")

    summary = page[page.index("data-error-summary") : page.index("</ul>", page.index("data-error-summary"))]
    assert "Sans cet engagement" in summary
    assert "Tapez-le de nouveau : la page ne garde pas les mots de passe." in summary
    assert NEW_PASSWORD not in page


def test_used_revoked_expired_and_unknown_links_show_the_same_page(
    client: HouseClient, coordinator: Membership, invited: str, clock: time_machine.Traveller, now: datetime
) -> None:
    revoked, token = factories.make_invitation(coordinator.association, by=coordinator.user, at=now)
    _, late = factories.make_invitation(coordinator.association, by=coordinator.user, at=now)
    with scope.enter(coordinator.association_id):
        actions.revoke_invitation(revoked, by=coordinator.user, at=now)
    client.post(invited, joining())
    nobody = HouseClient()
    answers = [nobody.get(invited), nobody.post(invited, joining()), nobody.get(reverse("invitation", args=[token]))]
    clock.move_to(now + timedelta(hours=73))
    answers.append(nobody.get(reverse("invitation", args=[late])))

    assert [answer.status_code for answer in answers] == [410] * 4
    assert nobody.get(reverse("invitation", args=["x" * 32])).status_code == 404
    assert all("Ce lien ne marche pas, ou plus." in answer.content.decode() for answer in answers)


def test_an_address_with_an_account_gives_its_password(
    client: HouseClient, coordinator: Membership, stranger: Membership, now: datetime
) -> None:
    _, token = factories.make_invitation(
        coordinator.association, by=coordinator.user, at=now, email=stranger.user.email
    )
    address = reverse("invitation", args=[token])
    secret = enrol(stranger.user)
    assert 'name="name"' not in client.get(address).content.decode()

    refused = client.post(address, {"password": NEW_PASSWORD, "pledge": "on"})
    assert refused.status_code == 422
    assert "Ce n’est pas le mot de passe de ce compte." in refused.content.decode()

    assert location(client.post(address, {"password": factories.PASSWORD, "pledge": "on"})) == "/compte/facteur/code/"
    client.post("/compte/facteur/code/", {"code": code_of(secret)})
    assert coordinator.association.name in client.get("/desk/").content.decode()
    assert len(access.memberships_of(stranger.user)) == 2


def test_a_password_is_not_guessed_through_an_invitation(
    client: HouseClient, coordinator: Membership, stranger: Membership, now: datetime
) -> None:
    _, token = factories.make_invitation(
        coordinator.association, by=coordinator.user, at=now, email=stranger.user.email
    )
    address = reverse("invitation", args=[token])

    answers = [client.post(address, {"password": f"essai {number}", "pledge": "on"}) for number in range(11)]

    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


def test_nobody_accepts_while_somebody_else_is_signed_in(
    invited: str, volunteer: Membership, association: Association
) -> None:
    browser = signed_in(volunteer.user, association=volunteer.association)

    for answer in (browser.get(invited), browser.post(invited, joining())):
        assert answer.status_code == 409
        assert "pour une autre adresse" in answer.content.decode()
        assert "nadia@exemple.invalid" not in answer.content.decode()

    assert waiting(association) == 1
    assert access.user_by_email("nadia@exemple.invalid") is None
    assert HouseClient().post(invited, joining()).status_code == 302


def test_joining_ends_the_session_that_the_same_account_had_there(
    coordinator: Membership, stranger: Membership, now: datetime
) -> None:
    _, token = factories.make_invitation(
        coordinator.association, by=coordinator.user, at=now, email=stranger.user.email
    )
    browser = signed_in(stranger.user, association=stranger.association)
    before = browser.session.session_key

    assert (
        browser.post(reverse("invitation", args=[token]), {"password": factories.PASSWORD, "pledge": "on"}).status_code
        == 302
    )

    assert browser.session.session_key != before


def test_a_member_who_only_used_codes_chooses_a_password(
    client: HouseClient, coordinator: Membership, member_user: User, now: datetime
) -> None:
    _, token = factories.make_invitation(coordinator.association, by=coordinator.user, at=now, email=member_user.email)

    assert location(client.post(reverse("invitation", args=[token]), joining())) == "/desk/"
    assert User.objects.get(pk=member_user.pk).check_password(NEW_PASSWORD)
