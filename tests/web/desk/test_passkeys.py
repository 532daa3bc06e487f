"""Passkeys: enrolled, used alone, used after a password, taken off; and every answer that proves nothing."""

import json
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.urls import reverse
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AuthenticatorData

from accounts import access, scope
from accounts.models import AuditEntry, Membership, SignIn, SignInWay, User
from accounts.rules.audit import AuditKind
from tests.people import HouseClient, location, signed_in
from tests.web.desk.passkeys import MAKER, Flag, SoftKey, enrolled, options_in
from tests.web.desk.test_signin import give_password

LOGIN = "/compte/connexion/"
KEY = "/compte/cle/"
SECOND = "/compte/facteur/code/"
ADD = "/compte/facteur/cles/"
AGAIN = "/compte/facteur/confirmer/"


def asked(client: HouseClient) -> dict[str, Any]:
    options: dict[str, Any] = client.get(KEY, headers={"accept": "application/json"}).json()
    return options


def answered(client: HouseClient, credential: object, **more: str) -> Any:
    return client.post(KEY, {"credential": json.dumps(credential), **more})


# Enrolling


def test_a_first_passkey_opens_the_desk_and_makes_recovery_codes(volunteer: Membership) -> None:
    client = signed_in(volunteer.user, factor=False)
    assert location(client.get("/desk/")) == "/compte/facteur/"

    enrolled(client, "computer")

    assert client.get("/desk/").status_code == 200
    assert client.get("/compte/facteur/secours/").content.decode().count("<li><code>") == 8
    page = client.get("/compte/facteur/").content.decode()
    assert "Un ordinateur" in page
    with scope.enter(volunteer.association_id):
        [line] = AuditEntry.objects.filter(kind=AuditKind.FACTOR_ADDED)
    assert line.by == volunteer.user
    assert line.payload == {"factor": "webauthn"}


def test_what_is_kept_of_a_passkey_names_nobody_and_no_device(volunteer: Membership, key: SoftKey) -> None:
    row = Authenticator.objects.get(type="webauthn")

    [credential] = [row.data["credential"]]
    assert set(row.data) == {"name", "count", "credential"}
    assert row.data["name"] == "phone"
    kept = row.wrap().authenticator_data
    assert kept.credential_data.credential_id == key.credential_id
    assert not kept.credential_data.aaguid
    assert MAKER not in bytes(kept)
    for personal in (volunteer.user.email, volunteer.user.name, str(volunteer.user.pk), "localhost", "8000"):
        assert personal not in json.dumps(row.data)
    assert set(credential) == {"id", "rawId", "response", "type"}


def test_the_browser_is_shown_the_address_and_sends_back_a_random_id(volunteer: Membership) -> None:
    options = options_in(signed_in(volunteer.user, factor=False).get(ADD).content.decode())["publicKey"]

    assert options["user"]["name"] == volunteer.user.email
    assert options["rp"] == {"id": "localhost", "name": "Opposable"}
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"


def test_a_passkey_is_not_enrolled_twice_in_the_same_device(volunteer: Membership, key: SoftKey) -> None:
    page = signed_in(volunteer.user).get(ADD).content.decode()

    assert len(options_in(page)["publicKey"]["excludeCredentials"]) == 1


@pytest.mark.parametrize("kind", ["", "Le téléphone de Jeanne"])
def test_what_a_passkey_lives_in_comes_from_a_closed_list(volunteer: Membership, kind: str) -> None:
    client = signed_in(volunteer.user, factor=False)
    credential = SoftKey().create(options_in(client.get(ADD).content.decode()))

    refused = client.post(ADD, {"kind": kind, "credential": json.dumps(credential)})

    assert refused.status_code == 422
    assert not access.has_factor(volunteer.user)


NESTED = websafe_encode(b"\x81" * 10_000)
BROKEN: list[Any] = [
    {
        "id": "YQ",
        "rawId": "YQ",
        "response": {"clientDataJSON": websafe_encode(b"[" * 9_000), "attestationObject": "oA"},
    },
    {
        "id": "YQ",
        "rawId": "YQ",
        "response": {
            "clientDataJSON": websafe_encode(b'{"type":"a","challenge":"","origin":5}'),
            "attestationObject": NESTED,
        },
    },
    None,
    [],
    "x",
    5,
    {},
    {"id": "a", "rawId": "b", "type": "public-key", "response": {}},
    {"id": 1, "rawId": 1, "type": "public-key", "response": {"clientDataJSON": 1, "attestationObject": 1}},
    {"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "e30", "attestationObject": "oA"}},
    {"id": "YQ", "rawId": "YQ", "type": "x", "response": {"clientDataJSON": "W10", "attestationObject": "////"}},
    {
        "id": "YQ",
        "rawId": "YQ",
        "response": {"clientDataJSON": "e30", "authenticatorData": "YQ", "signature": "YQ", "userHandle": "YQ"},
    },
]


@pytest.mark.parametrize("broken", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_answer_is_a_sentence(client: HouseClient, volunteer: Membership, broken: object) -> None:
    at_work = signed_in(volunteer.user, factor=False)
    at_work.get(ADD)
    asked(client)

    assert at_work.post(ADD, {"kind": "phone", "credential": json.dumps(broken)}).status_code == 422
    assert answered(client, broken).status_code == 422
    for text in (
        "{not json",
        "[" * 15_000,
        '{"a":' * 3_000,
        "[" * 50_000,
        "\0",
        "NaN",
        "\ud800".encode("utf-8", "replace"),
    ):
        assert client.post(KEY, {"credential": text}).status_code == 422
    assert not access.has_factor(volunteer.user)


@pytest.mark.parametrize(
    ("wrong", "client_data"),
    [
        ({"origin": "https://ailleurs.example"}, {}),
        ({"origin": "http://autre.localhost:8000"}, {}),
        ({"site": "ailleurs.example"}, {}),
        ({}, {"challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}),
        ({}, {"type": "webauthn.get"}),
        ({}, {"crossOrigin": True}),
        ({}, {"verified": False}),
    ],
)
def test_a_passkey_made_elsewhere_or_unchecked_is_not_enrolled(
    volunteer: Membership, wrong: dict[str, Any], client_data: dict[str, Any]
) -> None:
    client = signed_in(volunteer.user, factor=False)
    credential = SoftKey(**wrong).create(options_in(client.get(ADD).content.decode()), **client_data)

    refused = client.post(ADD, {"kind": "phone", "credential": json.dumps(credential)})

    assert refused.status_code == 422
    assert "n’a pas pu être créée" in refused.content.decode()
    assert not access.has_factor(volunteer.user)


def test_a_passkey_without_a_key_is_not_enrolled(volunteer: Membership) -> None:
    client = signed_in(volunteer.user, factor=False)
    key = SoftKey()
    credential = key.create(options := options_in(client.get(ADD).content.decode()))
    bare = AuthenticatorData.create(
        websafe_decode(key.get(options)["response"]["authenticatorData"])[:32], Flag.UP | Flag.UV, 1
    )
    credential["response"]["attestationObject"] = websafe_encode(AttestationObject.create("none", bare, {}))

    assert client.post(ADD, {"kind": "key", "credential": json.dumps(credential)}).status_code == 422


def test_a_challenge_serves_once_and_for_five_minutes(volunteer: Membership, clock: time_machine.Traveller) -> None:
    client = signed_in(volunteer.user, factor=False)
    options = options_in(client.get(ADD).content.decode())
    client.post(ADD, {"kind": "phone", "credential": "{}"})
    used = client.post(ADD, {"kind": "phone", "credential": json.dumps(SoftKey().create(options))})
    options = options_in(client.get(ADD).content.decode())
    clock.shift(299)
    enrolling = client.post(ADD, {"kind": "phone", "credential": json.dumps(SoftKey().create(options))})

    assert used.status_code == 422
    assert enrolling.status_code == 302


def test_an_old_challenge_is_refused(client: HouseClient, key: SoftKey, clock: time_machine.Traveller) -> None:
    options = asked(client)
    clock.shift(301)

    assert answered(client, key.get(options)).status_code == 422


# By the passkey alone


def test_a_passkey_alone_opens_the_desk(client: HouseClient, volunteer: Membership, key: SoftKey) -> None:
    before = client.get(LOGIN).status_code, asked(client)
    anonymous = client.cookies["sessionid"].value

    done = answered(client, key.get(before[1]))

    assert location(done) == "/desk/"
    assert client.get("/desk/").status_code == 200
    assert client.cookies["sessionid"].value != anonymous
    assert SignIn.objects.filter(user=volunteer.user, way=SignInWay.PASSKEY).count() == 1
    assert access.factors_of(volunteer.user).passkeys[0].used_at


def test_the_page_that_was_asked_for_comes_after_the_passkey(client: HouseClient, key: SoftKey) -> None:
    page = client.get(LOGIN, {"next": "/desk/apercu/"}).content.decode()
    assert page.count('name="next" value="/desk/apercu/"') == 2

    assert location(answered(client, key.get(asked(client)), next="/desk/apercu/")) == "/desk/apercu/"


@pytest.mark.parametrize("elsewhere", ["https://ailleurs.example/", "//ailleurs.example/", "/\\ailleurs.example"])
def test_next_never_leads_away(client: HouseClient, key: SoftKey, elsewhere: str) -> None:
    assert location(answered(client, key.get(asked(client)), next=elsewhere)) == "/desk/"


def test_a_half_way_sign_in_by_password_is_recorded_as_what_opened(
    client: HouseClient, volunteer: Membership, key: SoftKey
) -> None:
    give_password(client, volunteer.user)

    answered(client, key.get(asked(client)))

    assert SignIn.objects.filter(user=volunteer.user, way=SignInWay.PASSKEY).exists()


def test_a_passkey_that_only_was_touched_opens_nothing(client: HouseClient, key: SoftKey) -> None:
    refused = answered(client, key.get(asked(client), verified=False))

    assert refused.status_code == 422
    assert "n’a pas été reconnue" in refused.content.decode()
    assert client.get("/desk/").status_code == 302


@pytest.mark.parametrize(
    "changes",
    [
        {"challenge": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
        {"origin": "https://ailleurs.example"},
        {"origin": "http://autre.localhost:8000"},
        {"type": "webauthn.create"},
        {"crossOrigin": True},
    ],
)
def test_an_answer_to_something_else_opens_nothing(client: HouseClient, key: SoftKey, changes: dict[str, Any]) -> None:
    assert answered(client, key.get(asked(client), **changes)).status_code == 422
    assert client.get("/desk/").status_code == 302


def test_an_answer_is_taken_once(client: HouseClient, key: SoftKey) -> None:
    credential = key.get(asked(client))
    answered(client, credential)
    other = HouseClient()
    other.cookies["sessionid"] = client.cookies["sessionid"].value
    client.post(reverse("account_logout"))

    assert answered(other, credential).status_code == 422
    assert answered(HouseClient(), credential).status_code == 422


def test_a_count_that_goes_back_is_a_copied_key(client: HouseClient, key: SoftKey) -> None:
    answered(client, key.get(asked(client)))
    key.count -= 1

    again = HouseClient()

    assert answered(again, key.get(asked(again))).status_code == 422
    key.count += 5
    assert answered(again, key.get(asked(again))).status_code == 302


def test_keys_that_never_count_work_each_time(volunteer: Membership) -> None:
    key = enrolled(signed_in(volunteer.user, factor=False), counts=False)

    for browser in (HouseClient(), HouseClient()):
        assert answered(browser, key.get(asked(browser))).status_code == 302


def test_a_key_that_names_somebody_else_opens_nothing(
    client: HouseClient, key: SoftKey, volunteer: Membership, colleague: Membership
) -> None:
    other = enrolled(signed_in(colleague.user, factor=False))
    for handle in (colleague.user.pk.bytes, b"", b"\0" * 16, b"x"):
        key.handle = handle
        assert answered(client, key.get(asked(client))).status_code == 422
    other.credential_id, other.handle = key.credential_id, key.handle
    assert answered(client, other.get(asked(client))).status_code == 422
    assert client.get("/desk/").status_code == 302


def test_an_account_that_sleeps_is_not_opened(client: HouseClient, volunteer: Membership, key: SoftKey) -> None:
    User.objects.filter(pk=volunteer.user_id).update(is_active=False)

    assert answered(client, key.get(asked(client))).status_code == 422


def test_a_challenge_of_the_second_step_does_not_sign_in_alone(
    client: HouseClient, volunteer: Membership, key: SoftKey
) -> None:
    give_password(client, volunteer.user)
    options = options_in(client.get(SECOND).content.decode())

    assert answered(client, key.get(options)).status_code == 422


def test_whoever_is_in_already_is_sent_on(volunteer: Membership, member_user: User) -> None:
    assert location(signed_in(volunteer.user).get(KEY)) == "/desk/"
    assert location(HouseClient().get(KEY)) == LOGIN
    assert signed_in(volunteer.user).put(KEY).status_code in {302, 405}


def test_many_tries_are_stopped(client: HouseClient, db: None) -> None:
    answers = [answered(client, {}).status_code for _ in range(60)]

    assert answers == [422] * 60
    assert answered(client, {}).status_code == client.get(KEY).status_code == 429
