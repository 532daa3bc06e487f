"""A volunteer's sessions at the desk: seen, closed, recorded."""

import re
from datetime import datetime
from uuid import uuid4

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import actions, scope
from accounts.models import AuditEntry, Membership, SignIn, SignInEnd
from accounts.rules.audit import AuditKind
from accounts.rules.roles import Role
from tests import factories
from tests.people import HouseClient, signed_in
from tests.web.desk.authenticator import enrol

pytestmark = pytest.mark.django_db

SESSIONS, LOGIN = "/desk/compte/sessions/", "/compte/connexion/"
AGENT = "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0"


def form(membership: Membership, **typed: str) -> dict[str, str]:
    return {"association": str(membership.association_id), **typed}


def recorded(membership: Membership, kind: AuditKind) -> list[AuditEntry]:
    with scope.enter(membership.association_id):
        return list(AuditEntry.objects.filter(kind=kind).order_by("pk"))


def test_signing_in_by_password_and_code_opens_a_row_and_is_recorded(
    client: HouseClient, volunteer: Membership, clock: time_machine.Traveller, now: datetime
) -> None:
    secret = enrol(volunteer.user)

    client.post(LOGIN, {"login": volunteer.user.email, "password": factories.PASSWORD}, headers={"User-Agent": AGENT})
    assert not SignIn.objects.exists()  # half a sign-in is none
    code = format_hotp_value(hotp_value(secret, int(now.timestamp()) // 30))
    answer = client.post("/compte/facteur/code/", {"code": code}, headers={"User-Agent": AGENT})

    assert answer.status_code == 302
    row = SignIn.objects.get()
    assert (row.user, row.way, row.device, row.opened_at) == (volunteer.user, "password", "Firefox, Android", now)
    assert client.session["sign_in_id"] == str(row.pk)
    assert [entry.by_id for entry in recorded(volunteer, AuditKind.SIGNED_IN)] == [volunteer.user_id]

    client.post("/compte/deconnexion/")
    row.refresh_from_db()
    assert row.end == SignInEnd.LEFT


def test_a_strangers_failures_lock_nobody_out(client: HouseClient, volunteer: Membership) -> None:
    wrong = {"login": volunteer.user.email, "password": "une autre phrase de passe"}
    stranger = HouseClient(REMOTE_ADDR="203.0.113.9")
    failures = [stranger.post(LOGIN, wrong).status_code for _ in range(6)]

    answer = client.post(LOGIN, {"login": volunteer.user.email, "password": factories.PASSWORD})

    assert failures == [422] * 5 + [429]
    assert answer.status_code == 302
    assert HouseClient(REMOTE_ADDR="203.0.113.10").post(LOGIN, wrong).status_code == 422


def test_one_place_may_not_try_many_addresses() -> None:
    tries = [
        HouseClient(REMOTE_ADDR="203.0.113.9").post(LOGIN, {"login": f"p{n}@exemple.invalid", "password": "x"})
        for n in range(11)
    ]

    assert [one.status_code for one in tries] == [422] * 10 + [429]


def test_a_volunteer_sees_and_closes_their_sessions(volunteer: Membership, colleague: Membership) -> None:
    here, there, other = (signed_in(one.user, association=one.association) for one in (volunteer, volunteer, colleague))
    page = here.get(SESSIONS).content.decode()
    assert page.count("Firefox, Linux") == 3
    assert "Mot de passe et deuxième code" in page
    assert "Celle-ci" in page

    answer = here.post(SESSIONS, form(volunteer, others="1"), follow=True)

    assert "Les autres connexions sont fermées" in answer.content.decode()
    assert [one.get("/desk/").status_code for one in (here, there, other)] == [200, 302, 200]
    [entry] = recorded(volunteer, AuditKind.SIGNED_OUT_EVERYWHERE)
    assert (entry.by_id, entry.payload) == (volunteer.user_id, {"sessions": 1})


def test_closing_one_leaves_the_rest(volunteer: Membership) -> None:
    here, there, third = (signed_in(volunteer.user, association=volunteer.association) for _ in range(3))

    assert here.post(SESSIONS, form(volunteer, session=there.session["sign_in_id"])).status_code == 302

    assert [one.get("/desk/").status_code for one in (here, there, third)] == [200, 302, 200]


@pytest.mark.parametrize("others", ["colleague", "coordinator", "stranger"])
def test_another_persons_session_does_not_exist(
    volunteer: Membership, others: str, request: pytest.FixtureRequest
) -> None:
    theirs = signed_in(request.getfixturevalue(others).user).session["sign_in_id"]
    here = signed_in(volunteer.user, association=volunteer.association)

    assert here.post(SESSIONS, form(volunteer, session=theirs)).status_code == 404
    assert SignIn.objects.get(pk=theirs).ended_at is None
    assert theirs not in here.get(SESSIONS).content.decode()


def test_working_for_another_association_is_recorded_there(
    volunteer: Membership, stranger: Membership, now: datetime
) -> None:
    second = actions.join(stranger.association_id, user=volunteer.user, roles=[Role.RECEPTION], at=now)
    here = signed_in(volunteer.user, association=volunteer.association)

    here.post(reverse("desk:choose"), form(volunteer, wanted=str(second.association_id), token=str(uuid4())))

    assert [entry.payload for entry in recorded(second, AuditKind.SIGNED_IN)] == [{"way": "switched"}]
    assert recorded(volunteer, AuditKind.SIGNED_IN) == []


def test_a_form_of_another_association_closes_nothing(volunteer: Membership, stranger: Membership) -> None:
    here = signed_in(volunteer.user, association=volunteer.association)
    signed_in(volunteer.user)

    assert here.post(SESSIONS, form(stranger, others="1")).status_code == 409
    assert SignIn.objects.open().count() == 2


def test_an_unknown_address_costs_the_same_hash_and_statements(
    volunteer: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = factories.make_user(password=None)
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(hasher: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(hasher, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)

    def steps(email: str) -> tuple[int, list[str], str]:
        hashed.clear()
        with CaptureQueriesContext(connection) as captured:
            page = HouseClient().post(LOGIN, {"login": email, "password": "une autre phrase de passe"})
        statements = [re.sub(r"'[^']*'|_x\d+", "", one["sql"]) for one in captured.captured_queries]
        return len(hashed), statements, page.content.decode().replace(email, "")

    steps("warm@exemple.invalid")
    found = [steps(email) for email in (volunteer.user.email, nobody.email, "inconnue@exemple.invalid")]

    assert [one[0] for one in found] == [1, 1, 1]
    assert found[0][1] == found[1][1] == found[2][1]
    assert len({re.sub(r'value="[^"]*"', "", one[2]) for one in found}) == 1
