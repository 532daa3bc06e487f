"""A passkey after a password, once more before what protects others, and taken off."""

import json

import pytest
import time_machine
from django.urls import reverse

from accounts import access
from accounts.models import Membership, User
from tests.people import HouseClient, location, signed_in, signed_in_by_code
from tests.web.desk.authenticator import enrol
from tests.web.desk.passkeys import SoftKey, enrolled, options_in
from tests.web.desk.test_passkeys import ADD, answered, asked
from tests.web.desk.test_signin import give_password

SECOND = "/compte/facteur/code/"
AGAIN = "/compte/facteur/confirmer/"


# After a password, and once more


def test_a_passkey_follows_a_password(client: HouseClient, volunteer: Membership, key: SoftKey) -> None:
    assert location(give_password(client, volunteer.user)) == SECOND
    page = client.get(SECOND).content.decode()
    assert "L’un de vos codes de secours." in page

    done = client.post(SECOND, {"credential": json.dumps(key.get(options_in(page)))})

    assert location(done) == "/desk/"
    assert client.get("/desk/").status_code == 200


def test_a_colleagues_passkey_follows_nothing(
    client: HouseClient, volunteer: Membership, colleague: Membership, key: SoftKey
) -> None:
    other = enrolled(signed_in(colleague.user, factor=False))
    give_password(client, volunteer.user)
    options = options_in(client.get(SECOND).content.decode())

    for credential in (other.get(options), key.get(options)):  # the second one comes after its challenge is gone
        refused = client.post(SECOND, {"credential": json.dumps(credential)})
        assert refused.status_code == 422
        assert "n’a pas été reconnue" in refused.content.decode()
    unchecked = key.get(options_in(refused.content.decode()), verified=False)
    assert client.post(SECOND, {"credential": json.dumps(unchecked)}).status_code == 422
    assert client.get("/desk/").status_code == 302


def test_many_wrong_passkeys_after_a_password_wait(client: HouseClient, volunteer: Membership, key: SoftKey) -> None:
    give_password(client, volunteer.user)

    answers = [client.post(SECOND, {"credential": "{}"}).status_code for _ in range(6)]

    assert answers == [422] * 5 + [429]


def test_a_passkey_confirms(volunteer: Membership, key: SoftKey, clock: time_machine.Traveller) -> None:
    client = signed_in(volunteer.user)
    clock.shift(301)
    page = client.get(AGAIN, {"next": ADD}).content.decode()
    assert "Vous allez changer ce qui protège votre compte." in page

    done = client.post(AGAIN, {"credential": json.dumps(key.get(options_in(page))), "next": ADD})

    assert location(done) == ADD
    assert client.get(ADD).status_code == 200


def test_an_unchecked_or_foreign_passkey_confirms_nothing(
    volunteer: Membership, colleague: Membership, key: SoftKey, clock: time_machine.Traveller
) -> None:
    other = enrolled(signed_in(colleague.user, factor=False))
    client = signed_in(volunteer.user)
    clock.shift(301)

    for one, verified in ((key, False), (other, True)):
        options = options_in(client.get(AGAIN).content.decode())
        credential = one.get(options, verified=verified)
        refused = client.post(AGAIN, {"credential": json.dumps(credential), "next": ADD})
        assert refused.status_code == 422
        assert "n’a pas été reconnue" in refused.content.decode()
        assert f'name="next" value="{ADD}"' in refused.content.decode()
    assert client.get(ADD).status_code == 302


# Members' sessions


def test_a_session_opened_by_a_code_enrols_and_confirms_nothing(volunteer: Membership, key: SoftKey) -> None:
    by_code = signed_in_by_code(volunteer.user, factor=True)

    for name, args in (("mfa_add_webauthn", []), ("mfa_remove_webauthn", [1]), ("mfa_reauthenticate", [])):
        assert by_code.get(reverse(name, args=args)).status_code == 403
        assert by_code.post(reverse(name, args=args), {"credential": "{}"}).status_code == 403
    assert by_code.get("/desk/").status_code == 403


def test_somebody_who_is_no_volunteer_reaches_no_desk_with_a_passkey(client: HouseClient, member_user: User) -> None:
    key = enrolled(signed_in(member_user, factor=False))

    answered(client, key.get(asked(client)))

    assert client.get("/desk/").status_code == 403


# Taking it off


def test_without_its_last_factor_the_desk_closes_and_the_codes_go(volunteer: Membership) -> None:
    client = signed_in(volunteer.user, factor=False)
    key = enrolled(client)
    [passkey] = access.factors_of(volunteer.user).passkeys
    address = reverse("mfa_remove_webauthn", args=[passkey.id])
    assert "C’est la seule chose qui protège votre entrée" in client.get(address).content.decode()

    client.post(address)

    assert access.factors_of(volunteer.user).codes == ()
    assert location(client.get("/desk/")) == "/compte/facteur/"
    assert answered(elsewhere := HouseClient(), None).status_code == 422
    assert answered(elsewhere, key.get(asked(elsewhere))).status_code == 422


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("what", ["passkey", "application"])
def test_whoever_takes_a_factor_off_is_signed_out_everywhere_else(
    volunteer: Membership, colleague: Membership, what: str, last: bool
) -> None:
    if what == "passkey" or not last:
        enrolled(signed_in(volunteer.user, factor=False))
    if what == "application" or not last:
        enrol(volunteer.user)
    here, there, other = (signed_in(one.user) for one in (volunteer, volunteer, colleague))
    by_code = signed_in_by_code(volunteer.user)
    address = reverse("mfa_deactivate_totp")
    if what == "passkey":
        address = reverse("mfa_remove_webauthn", args=[access.factors_of(volunteer.user).passkeys[0].id])

    if what == "application":
        assert ("Votre clé d’accès reste" in here.get(address).content.decode()) is not last

    answer = here.post(address, follow=True)

    assert "Vous êtes déconnecté partout ailleurs" in answer.content.decode()
    assert here.get("/desk/").status_code == (302 if last else 200)
    assert location(there.get("/desk/")).startswith("/compte/connexion/")
    assert not by_code.get("/espace/").wsgi_request.user.is_authenticated
    assert other.get("/desk/").status_code == 200


def test_beside_another_factor_it_goes_alone(volunteer: Membership, key: SoftKey) -> None:
    enrol(volunteer.user)
    client = signed_in(volunteer.user)
    [passkey] = access.factors_of(volunteer.user).passkeys

    client.post(reverse("mfa_remove_webauthn", args=[passkey.id]))

    assert access.factors_of(volunteer.user).has_app
    assert client.get("/desk/").status_code == 200


def test_a_colleagues_passkey_is_not_there(volunteer: Membership, colleague: Membership, key: SoftKey) -> None:
    [passkey] = access.factors_of(volunteer.user).passkeys
    enrol(colleague.user)
    client = signed_in(colleague.user)

    assert client.get(reverse("mfa_remove_webauthn", args=[passkey.id])).status_code == 404
    assert client.post(reverse("mfa_remove_webauthn", args=[passkey.id])).status_code == 404
    assert access.factors_of(volunteer.user).passkeys


def test_a_passkey_counts_as_a_factor_for_the_team(volunteer: Membership, key: SoftKey) -> None:
    assert access.who_has_factor([volunteer.user]) == {volunteer.user_id}
