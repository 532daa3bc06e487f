"""Signing in as a volunteer: password, then the second factor; every wrong way gets its status and its sentence."""

import re
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from accounts import access
from accounts.models import Membership, User
from tests import factories
from tests.people import HouseClient, location, signed_in, signed_in_by_code
from tests.web.desk.authenticator import code_of, enrol, enrol_recovery

LOGIN = "/compte/connexion/"
FACTOR = "/compte/facteur/code/"


def give_password(client: HouseClient, user: User, password: str = factories.PASSWORD, following: str = "") -> Any:
    return client.post(LOGIN, {"login": user.email, "password": password, "next": following})


def test_password_and_factor_lead_to_the_desk(client: HouseClient, volunteer: Membership) -> None:
    secret = enrol(volunteer.user)

    assert location(give_password(client, volunteer.user)) == FACTOR
    assert client.get("/desk/").status_code == 302
    assert location(client.post(FACTOR, {"code": code_of(secret)})) == "/desk/"
    assert client.get("/desk/").status_code == 200


def test_the_page_that_was_asked_for_comes_after_the_factor(client: HouseClient, volunteer: Membership) -> None:
    secret = enrol(volunteer.user)
    give_password(client, volunteer.user, following="/desk/apercu/")

    assert location(client.post(FACTOR, {"code": code_of(secret)})) == "/desk/apercu/"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://ailleurs.example/", "//ailleurs.example/", "javascript:alert(1)", "/\\ailleurs.example", "///x.fr"],
)
def test_next_never_leads_away(client: HouseClient, volunteer: Membership, elsewhere: str) -> None:
    secret = enrol(volunteer.user)
    give_password(client, volunteer.user, following=elsewhere)

    assert location(client.post(FACTOR, {"code": code_of(secret)})) == "/desk/"
    assert location(signed_in(volunteer.user).get(LOGIN, {"next": elsewhere})) == "/desk/"
    assert location(client.post(reverse("account_logout"), {"next": elsewhere})) == "/"


def test_a_recovery_code_stands_for_the_application_once(client: HouseClient, volunteer: Membership) -> None:
    enrol(volunteer.user)
    [code, *_] = enrol_recovery(volunteer.user)
    give_password(client, volunteer.user)
    assert location(client.post(FACTOR, {"code": code})) == "/desk/"

    again = HouseClient()
    give_password(again, volunteer.user)
    assert again.post(FACTOR, {"code": code}).status_code == 422


@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_password_and_an_unknown_address_look_alike(
    client: HouseClient, volunteer: Membership, known: bool
) -> None:
    email = volunteer.user.email if known else "inconnue@exemple.fr"
    response = client.post(LOGIN, {"login": email, "password": "autre chose entièrement"})

    assert response.status_code == 422
    assert "L’adresse ou le mot de passe ne va pas." in response.content.decode()
    assert f'value="{email}"' in response.content.decode()


def test_empty_boxes_and_half_an_address_get_their_sentence(client: HouseClient, db: None) -> None:
    page = client.post(LOGIN, {"login": "jeanne@", "password": ""})

    assert page.status_code == 422
    assert "Cette adresse est incomplète." in page.content.decode()
    assert "Tapez votre mot de passe." in page.content.decode()


def test_after_five_wrong_passwords_even_the_right_one_waits(client: HouseClient, volunteer: Membership) -> None:
    for _ in range(5):
        give_password(client, volunteer.user, password="autre")

    response = client.post(LOGIN, {"login": volunteer.user.email, "password": factories.PASSWORD})

    assert response.status_code == 429
    assert "Trop d’essais." in response.content.decode()


def test_a_wrong_factor_says_so_and_many_are_stopped(client: HouseClient, volunteer: Membership) -> None:
    enrol(volunteer.user)
    give_password(client, volunteer.user)
    answers = [client.post(FACTOR, {"code": "000000"}) for _ in range(6)]

    assert [one.status_code for one in answers] == [422] * 5 + [429]
    assert "Ce code ne va pas." in answers[0].content.decode()


def test_too_many_requests_get_the_houses_page(client: HouseClient, volunteer: Membership) -> None:
    for _ in range(30):
        client.post(LOGIN, {})

    page = client.post(LOGIN, {})

    assert page.status_code == 429
    assert "Trop d’essais en peu de temps." in page.content.decode()


def test_the_factor_page_without_a_password_leads_back(client: HouseClient, db: None) -> None:
    assert location(client.get(FACTOR)) == LOGIN


def test_one_can_start_again_from_the_factor_page(client: HouseClient, volunteer: Membership) -> None:
    enrol(volunteer.user)
    give_password(client, volunteer.user)

    client.post(reverse("account_logout"), {"next": LOGIN})

    assert client.get(LOGIN).status_code == 200


def test_signing_out_takes_a_post(volunteer: Membership) -> None:
    client = signed_in(volunteer.user)

    assert client.get(reverse("account_logout")).status_code == 200
    assert client.get("/desk/").status_code == 200
    assert location(client.post(reverse("account_logout"))) == "/"
    assert location(client.get("/desk/")) == f"{LOGIN}?next=/desk/"


def test_a_members_session_is_told_how_to_come_as_a_volunteer(volunteer: Membership, member_user: User) -> None:
    enrol(volunteer.user)

    as_member = signed_in_by_code(volunteer.user).get("/desk/")
    nobody = signed_in_by_code(member_user).get("/desk/")

    assert as_member.status_code == nobody.status_code == 403
    assert "Déconnectez-vous, puis revenez avec votre clé d’accès, ou votre mot de passe" in as_member.content.decode()
    assert "Cette partie est réservée aux bénévoles." in nobody.content.decode()
    assert 'action="/compte/deconnexion/"' in as_member.content.decode()


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_reauthenticate",
        "account_reauthenticate",
    ],
)
def test_a_session_opened_by_a_code_changes_no_factor(client: HouseClient, volunteer: Membership, name: str) -> None:
    """Or a mailbox and a password would do: take the factor away, enrol another."""
    enrol(volunteer.user)

    for by_code in (signed_in_by_code(volunteer.user), signed_in(volunteer.user, factor=False)):
        assert by_code.get(reverse(name)).status_code == 403
        assert by_code.post(reverse(name)).status_code in {403, 405}
    assert location(client.get(reverse(name))).startswith(LOGIN)


def test_without_a_factor_the_desk_leads_to_one_and_opens_after_it(client: HouseClient, volunteer: Membership) -> None:
    give_password(client, volunteer.user)
    assert location(client.get("/desk/")) == "/compte/facteur/"
    assert "/compte/facteur/application/" in client.get("/compte/facteur/").content.decode()

    page = client.get("/compte/facteur/application/").content.decode()
    done = client.post("/compte/facteur/application/", {"code": code_of(secret_in(page))}, follow=True)

    assert done.redirect_chain[-1][0] == "/compte/facteur/secours/"
    assert len(re.findall(r"<li><code>\d+</code>", done.content.decode())) == 8
    assert client.get("/desk/").status_code == 200


def test_a_first_factor_wants_a_password_of_the_last_five_minutes(
    client: HouseClient, volunteer: Membership, clock: time_machine.Traveller
) -> None:
    give_password(client, volunteer.user)
    clock.shift(301)

    assert location(client.get("/compte/facteur/application/")).startswith("/compte/confirmer/")
    assert location(client.get("/compte/facteur/cles/")).startswith("/compte/confirmer/")
    client.post("/compte/confirmer/?next=/compte/facteur/application/", {"password": factories.PASSWORD})
    assert client.get("/compte/facteur/application/").status_code == 200


def test_the_square_is_drawn_in_the_page(client: HouseClient, volunteer: Membership) -> None:
    page = installing(client, volunteer)

    assert "<svg" in page
    assert "data:" not in page
    assert "style=" not in page


def test_a_wrong_first_code_keeps_the_same_square(client: HouseClient, volunteer: Membership) -> None:
    secret = secret_in(installing(client, volunteer))

    refused = client.post("/compte/facteur/application/", {"code": "000000"})

    assert refused.status_code == 422
    assert secret_in(refused.content.decode()) == secret
    assert not access.factors_of(volunteer.user).has_app


def test_recovery_codes_are_in_sight_for_five_minutes_in_the_browser_that_made_them(
    client: HouseClient, volunteer: Membership, clock: time_machine.Traveller
) -> None:
    client.post("/compte/facteur/application/", {"code": code_of(secret_in(installing(client, volunteer)))})
    [code, *_] = access.factors_of(volunteer.user).codes

    assert code in client.get("/compte/facteur/secours/").content.decode()
    assert code in client.get("/compte/facteur/secours/").content.decode()
    assert code not in signed_in(volunteer.user).get("/compte/facteur/secours/").content.decode()
    clock.shift(301)
    assert code not in client.get("/compte/facteur/secours/").content.decode()


def test_the_factor_is_confirmed_by_itself_before_it_is_taken_away(
    volunteer: Membership, clock: time_machine.Traveller
) -> None:
    secret = enrol(volunteer.user)
    client = signed_in(volunteer.user)
    leave = "/compte/facteur/application/retirer/"
    clock.shift(301)

    assert location(client.get(leave)).startswith("/compte/facteur/confirmer/")
    assert location(client.get("/compte/confirmer/")).startswith("/compte/facteur/confirmer/")
    assert client.post("/compte/facteur/confirmer/", {"code": "000000", "next": leave}).status_code == 422
    client.post("/compte/facteur/confirmer/", {"code": code_of(secret), "next": leave})
    assert client.get(leave).status_code == 200
    client.post(leave)

    assert not access.factors_of(volunteer.user).has_app
    assert location(client.get("/desk/")) == "/compte/facteur/"


def test_new_recovery_codes_replace_the_old_ones(volunteer: Membership) -> None:
    secret = enrol(volunteer.user)
    old = enrol_recovery(volunteer.user)
    client = signed_in(volunteer.user)
    again = "/compte/facteur/secours/nouveaux/"
    client.post("/compte/facteur/confirmer/", {"code": code_of(secret), "next": again})

    assert client.get(again).status_code == 200
    page = client.post(again, follow=True).content.decode()

    assert all(code in page for code in access.factors_of(volunteer.user).codes)
    assert not set(old) & set(access.factors_of(volunteer.user).codes)


def test_a_wrong_password_confirms_nothing(
    client: HouseClient, volunteer: Membership, clock: time_machine.Traveller
) -> None:
    give_password(client, volunteer.user)
    clock.shift(301)

    refused = client.post("/compte/confirmer/", {"password": "autre", "next": "/compte/facteur/application/"})

    assert refused.status_code == 422
    assert "Ce n’est pas votre mot de passe." in refused.content.decode()
    assert client.get("/compte/facteur/application/").status_code == 302


def installing(client: HouseClient, volunteer: Membership) -> str:
    give_password(client, volunteer.user)
    client.post("/compte/confirmer/", {"password": factories.PASSWORD, "next": "/compte/facteur/application/"})
    return str(client.get("/compte/facteur/application/").content.decode())


def secret_in(page: str) -> str:
    found = re.search(r'id="secret"[^>]*>(.*?)</code>', page, re.DOTALL)
    assert found
    return re.sub(r"<[^>]*>|\s", "", found.group(1))


@pytest.mark.django_db
def test_what_was_written_after_the_session_ended_is_said_to_be_lost(client: HouseClient) -> None:
    response = client.post("/desk/dossiers/BADU-KEVI-TOR/clore/", {"outcome": "refused"})

    assert location(response) == f"{LOGIN}?next=/desk/dossiers/BADU-KEVI-TOR/"
    assert "Votre session a pris fin" in client.get(location(response)).content.decode()


@pytest.mark.django_db
def test_whoever_only_asks_for_a_page_is_told_nothing(client: HouseClient) -> None:
    response = client.get("/desk/apercu/")

    assert location(response) == f"{LOGIN}?next=/desk/apercu/"
    assert "Votre session a pris fin" not in client.get(location(response)).content.decode()
