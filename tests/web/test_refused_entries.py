"""Whoever is refused at a door leaves a line in the log: by which way, and never an address or what was typed."""

import json
import re
from datetime import datetime

import pytest
import time_machine
from django.core import mail

from accounts.models import Membership, User
from tests import factories
from tests.people import HouseClient, location, signed_in
from tests.web.desk.authenticator import PERIOD, code_of, enrol
from tests.web.desk.passkeys import enrolled, options_in
from tests.web.desk.test_signin import FACTOR, LOGIN, give_password

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
NEVER_TOLD = ("zq-", "invalid", factories.PASSWORD, "23456789")


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    told = [record.getMessage() for record in caplog.records if record.name == "accounts.entry"]
    assert not [line for line in told if any(word in line for word in NEVER_TOLD)]
    return told


def test_a_wrong_password_for_somebody_and_for_nobody(
    client: HouseClient, volunteer: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    give_password(client, volunteer.user, "zq-not this one")
    client.post(LOGIN, {"login": "zq-nobody@exemple.invalid", "password": "zq-not this one"})

    assert lines(caplog) == ["refused entry by password, account unknown"] * 2


def test_a_wrong_second_factor_names_the_account_by_its_id(
    client: HouseClient, volunteer: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    enrol(volunteer.user)
    give_password(client, volunteer.user)
    client.post(FACTOR, {"code": "000000"})

    assert lines(caplog) == [f"refused entry by factor, account {volunteer.user_id}"]


def test_a_wrong_code_and_a_wrong_card(
    client: HouseClient, member_user: User, caplog: pytest.LogCaptureFixture
) -> None:
    client.post("/espace/entrer/", {"who": member_user.email})
    client.post("/espace/code/", {"code": "23456789"})
    client.post("/espace/entrer/", {"who": "BADU KEVI TORA"})

    assert lines(caplog) == [f"refused entry by {way}, account unknown" for way in ("code", "card")]


def test_a_passkey_of_somebody_else(
    client: HouseClient, volunteer: Membership, colleague: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    theirs = enrolled(signed_in(colleague.user, factor=False))
    enrolled(signed_in(volunteer.user, factor=False))
    give_password(client, volunteer.user)
    signature = theirs.get(options_in(client.get(FACTOR).content.decode()))
    client.post(FACTOR, {"credential": json.dumps(signature)})

    assert lines(caplog) == [f"refused entry by passkey, account {volunteer.user_id}"]


def test_a_token_that_does_not_stand(client: HouseClient, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/api/v1/cases/", headers={"Authorization": "Bearer opp_zq-secret"})

    assert lines(caplog) == ["refused entry by token, account unknown"]


def test_whoever_comes_in_leaves_no_such_line(
    client: HouseClient, volunteer: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    secret = enrol(volunteer.user)
    give_password(client, volunteer.user)

    assert location(client.post(FACTOR, {"code": code_of(secret)})) == "/desk/"
    assert lines(caplog) == []


# The six digits of an application.


def test_a_code_of_an_application_is_taken_once(client: HouseClient, volunteer: Membership) -> None:
    secret = enrol(volunteer.user)
    code = code_of(secret)
    give_password(client, volunteer.user)
    assert location(client.post(FACTOR, {"code": code})) == "/desk/"

    overheard = HouseClient()
    give_password(overheard, volunteer.user)

    assert overheard.post(FACTOR, {"code": code}).status_code == 422
    assert location(overheard.get("/desk/")) != ""


def test_a_code_of_an_application_ends_with_its_half_minute(
    client: HouseClient, volunteer: Membership, clock: time_machine.Traveller, now: datetime
) -> None:
    secret = enrol(volunteer.user)
    code = code_of(secret)
    give_password(client, volunteer.user)
    clock.shift(PERIOD)

    assert client.post(FACTOR, {"code": code}).status_code == 422
    assert location(client.post(FACTOR, {"code": code_of(secret)})) == "/desk/"


# Sessions.


def test_each_entry_has_a_key_of_its_own_too_long_to_be_guessed(client: HouseClient, volunteer: Membership) -> None:
    """32 signs of 36: 165 bits. The one from before the password opens nothing after it."""
    secret = enrol(volunteer.user)
    client.get(LOGIN)
    give_password(client, volunteer.user)
    before = client.session.session_key
    client.post(FACTOR, {"code": code_of(secret)})
    after = client.session.session_key

    assert after != before
    assert re.fullmatch(r"[a-z0-9]{32}", str(after))
    assert not client.session.exists(str(before))


def test_an_old_password_is_as_good_as_a_new_one(
    client: HouseClient, volunteer: Membership, clock: time_machine.Traveller
) -> None:
    enrol(volunteer.user)
    clock.shift(10 * 366 * 86_400)

    assert location(give_password(client, volunteer.user)) == FACTOR


# What a browser's keeper of passwords needs.


@pytest.mark.parametrize(
    ("path", "kind"), [(LOGIN, "current-password"), ("/desk/compte/mot-de-passe/", "new-password")]
)
def test_a_password_is_masked_and_may_be_pasted_or_filled_in(volunteer: Membership, path: str, kind: str) -> None:
    who = signed_in(volunteer.user, association=volunteer.association) if "desk" in path else HouseClient()
    page = who.get(path).content.decode()
    boxes = [box for box in re.findall(r"<input[^>]*>", page) if "password" in box]

    assert boxes
    for box in boxes:
        assert 'type="password"' in box
        assert f'autocomplete="{kind}"' in box
        assert "onpaste" not in box
        assert "readonly" not in box
    assert not mail.outbox
