"""A session of a browser lives as long as its row is open and within its limits."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import access, actions, scope, tasks
from accounts.access import SESSION_SIGN_IN
from accounts.middleware import SessionMiddleware
from accounts.models import AuditEntry, Membership, SignIn, SignInEnd, SignInWay, User
from accounts.rules.audit import AuditKind
from accounts.rules.sessions import Limits, Past, device_of
from tests import factories
from tests.people import BACKEND, HouseClient, signed_in, signed_in_by_code

pytestmark = pytest.mark.django_db

LIMITS = Limits(idle=timedelta(minutes=15), absolute=timedelta(hours=4))
MEMBERS, VOLUNTEERS = "/espace/", "/desk/compte/"


def said(client: HouseClient, path: str) -> str:
    """What the page that somebody is sent to tells them."""
    response = client.get(path)
    assert response.status_code == 302
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


# The rules


@pytest.mark.parametrize(
    ("seen", "ends", "past"),
    [
        (0, 15, Past.IDLE),
        (60, 75, Past.IDLE),
        (224, 239, Past.IDLE),
        (226, 240, Past.EXPIRED),
        (239, 240, Past.EXPIRED),
    ],
)
def test_a_session_ends_at_the_limit_that_comes_first(now: datetime, seen: int, ends: int, past: Past) -> None:
    found = LIMITS.end_of(opened_at=now, seen_at=now + timedelta(minutes=seen))

    assert found == (now + timedelta(minutes=ends), past)


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        ("Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", "Firefox, Android"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/130.0 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/130 Safari/537.36 Edg/130.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit Version/17 Safari/604", "Safari, iPhone"),
        ("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit CriOS/130 Safari/604", "Chrome, iPad"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox, Mac"),
        ("curl/8.5 monique@exemple.fr", ""),
        ("", ""),
    ],
)
def test_a_device_is_two_words_of_a_closed_list(user_agent: str, device: str) -> None:
    assert device_of(user_agent) == device


# At each request


def test_a_member_may_pause_for_fifteen_minutes(member_user: User, clock: time_machine.Traveller) -> None:
    client = signed_in_by_code(member_user)

    for _ in range(3):
        clock.shift(timedelta(minutes=14))
        assert client.get(MEMBERS).status_code == 200
    clock.shift(timedelta(minutes=15))

    assert "sans rien faire" in said(client, MEMBERS)
    row = SignIn.objects.get()
    assert (row.end, row.ended_at) == (SignInEnd.IDLE, row.seen_at + timedelta(minutes=15))
    assert not client.get(MEMBERS).wsgi_request.user.is_authenticated


def test_a_volunteer_may_pause_for_an_hour(volunteer: Membership, clock: time_machine.Traveller) -> None:
    client = signed_in(volunteer.user)

    clock.shift(timedelta(minutes=59))
    assert client.get(VOLUNTEERS).status_code == 200
    clock.shift(timedelta(minutes=60))

    assert "sans rien faire" in said(client, VOLUNTEERS)


@pytest.mark.parametrize(("minutes", "told"), [(15, "sans rien faire"), (240, "depuis plusieurs heures")])
def test_ones_own_cases_close_as_soon_for_whoever_works_here(
    volunteer: Membership, clock: time_machine.Traveller, minutes: int, told: str
) -> None:
    client = signed_in(volunteer.user)
    assert client.get(MEMBERS).status_code == 200

    while minutes > 15:
        minutes -= 14
        clock.shift(timedelta(minutes=14))
        assert client.get(VOLUNTEERS).status_code == 200
    clock.shift(timedelta(minutes=minutes))

    assert told in said(client, MEMBERS)


@pytest.mark.parametrize("hours", [4, 12])
def test_no_session_lasts_for_ever(
    member_user: User, volunteer: Membership, clock: time_machine.Traveller, hours: int
) -> None:
    client, path = (signed_in_by_code(member_user), MEMBERS) if hours == 4 else (signed_in(volunteer.user), VOLUNTEERS)

    for _ in range(hours * 6 - 1):
        clock.shift(timedelta(minutes=10))
        assert client.get(path).status_code == 200
    clock.shift(timedelta(minutes=10))

    assert "depuis plusieurs heures" in said(client, path)
    assert SignIn.objects.get().end == SignInEnd.EXPIRED


def test_a_session_without_a_row_is_none(member_user: User) -> None:
    client = HouseClient()
    client.force_login(member_user, backend=BACKEND)

    assert "pris fin" in said(client, MEMBERS)


def test_a_row_of_somebody_else_opens_nothing(member_user: User, volunteer: Membership) -> None:
    client = signed_in_by_code(member_user)
    session = client.session
    session[SESSION_SIGN_IN] = str(factories.make_sign_in(volunteer.user, at=datetime.now().astimezone()).pk)
    session.save()

    assert client.get(MEMBERS).status_code == 302


def test_the_end_empties_the_session(volunteer: Membership, now: datetime) -> None:
    client = signed_in(volunteer.user, association=volunteer.association)
    actions.end_sessions(volunteer.user, end=SignInEnd.ELSEWHERE, at=now)

    assert "depuis un autre appareil" in said(client, VOLUNTEERS)
    assert client.session.get("association_id") is None
    assert Session.objects.count() == 1  # the new one, which holds the message only


def test_a_public_page_does_not_tell_that_there_was_a_session(member_user: User, now: datetime) -> None:
    client = signed_in_by_code(member_user)
    actions.end_sessions(member_user, end=SignInEnd.REVOKED, at=now)

    page = client.get("/")

    assert page.status_code == 200
    assert [str(message) for message in get_messages(page.wsgi_request)] == []


def test_what_was_typed_after_the_end_is_said_to_be_lost(volunteer: Membership, member_user: User) -> None:
    for client, path in (
        (signed_in(volunteer.user), reverse("desk:choose")),
        (signed_in_by_code(member_user), "/espace/AAAA-BBBB-CCC/accord/"),
    ):
        SignIn.objects.all().delete()
        answer = client.post(path)

        told = [str(message) for message in get_messages(answer.wsgi_request)]
        assert len(told) == 2
        assert "n’a pas été gardé" in told[1]


def test_a_request_costs_one_query_and_writes_once_a_minute(member_user: User, clock: time_machine.Traveller) -> None:
    client = signed_in_by_code(member_user)

    def statements() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            client.get(MEMBERS)
        return [one["sql"].split()[0] for one in captured.captured_queries if "accounts_signin" in one["sql"]]

    assert statements() == ["SELECT"]
    clock.shift(61)
    assert statements() == ["SELECT", "UPDATE"]
    assert statements() == ["SELECT"]


def test_a_long_upload_is_no_pause(
    member_user: User, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in_by_code(member_user)
    quick = SessionMiddleware(lambda request: HttpResponse())

    def upload(request: HttpRequest) -> HttpResponse:
        clock.shift(timedelta(minutes=20))
        return HttpResponse()

    slow = SessionMiddleware(upload)
    request = RequestFactory().post("/espace/x/justificatif/")
    request.session = client.session

    for answer in (quick, slow):
        answer(request)
    clock.shift(timedelta(minutes=14))

    assert client.get(MEMBERS).status_code == 200


# Ending


def test_ending_all_sessions_spares_the_one_that_is_kept(volunteer: Membership, colleague: Membership) -> None:
    here, there, other = signed_in(volunteer.user), signed_in(volunteer.user), signed_in(colleague.user)
    now = datetime.now().astimezone()
    kept = SignIn.objects.get(pk=here.session[SESSION_SIGN_IN])

    assert actions.end_sessions(volunteer.user, end=SignInEnd.ELSEWHERE, at=now, but=kept.pk) == 1

    assert [one.get(VOLUNTEERS).status_code for one in (here, there, other)] == [200, 302, 200]


@pytest.mark.parametrize("end", [SignInEnd.REVOKED, SignInEnd.RESET])
def test_a_revoked_or_reset_user_is_out_everywhere_at_the_next_request(volunteer: Membership, end: SignInEnd) -> None:
    browsers = [signed_in(volunteer.user), signed_in(volunteer.user, factor=False), signed_in_by_code(volunteer.user)]
    now = datetime.now().astimezone()

    assert actions.end_sessions(volunteer.user, end=end, at=now) == 3

    for browser in browsers:
        assert browser.get("/desk/").status_code == 302
        assert browser.get("/api/v1/cases/").status_code == 401
        assert not browser.get(MEMBERS).wsgi_request.user.is_authenticated


def test_an_ended_session_keeps_its_reason(volunteer: Membership, now: datetime) -> None:
    row = factories.make_sign_in(volunteer.user, at=now)

    assert actions.end_session(row.pk, end=SignInEnd.LEFT, at=now)
    assert not actions.end_session(row.pk, end=SignInEnd.IDLE, at=now)
    assert not actions.end_session(None, end=SignInEnd.LEFT, at=now)
    assert actions.check_session(row.pk, user_id=volunteer.user.pk, at=now) is SignInEnd.LEFT


# Reading


def test_the_list_tells_what_is_open_and_how_the_others_ended(volunteer: Membership, now: datetime) -> None:
    user, far, here = volunteer.user, now - timedelta(days=31), volunteer.association
    factories.make_sign_in(user, at=far)
    idle = factories.make_sign_in(user, at=now - timedelta(hours=2))
    left = factories.make_sign_in(user, at=now - timedelta(minutes=5))
    open_one = factories.make_sign_in(user, at=now - timedelta(minutes=1), device="Firefox, Linux", association=here)
    actions.end_session(left.pk, end=SignInEnd.LEFT, at=now)

    found = access.sessions_of(user, at=now)

    assert found.open == [open_one]
    assert found.open[0].device == "Firefox, Linux"
    assert [(row, row.end) for row in found.ended] == [(left, SignInEnd.LEFT), (idle, SignInEnd.IDLE)]
    assert access.open_sessions([user], association_id=here.pk, at=now) == {user.pk: 1}


@pytest.mark.parametrize("which", ["another person's", "ended", "unknown", "no id"])
def test_only_ones_own_open_session_is_found(
    volunteer: Membership, colleague: Membership, now: datetime, which: str
) -> None:
    row = factories.make_sign_in(colleague.user if which == "another person's" else volunteer.user, at=now)
    if which == "ended":
        actions.end_session(row.pk, end=SignInEnd.LEFT, at=now)
    wanted = {"unknown": str(uuid4()), "no id": "x"}.get(which, str(row.pk))

    with pytest.raises(Http404):
        access.session_for(volunteer.user, wanted)
    own = factories.make_sign_in(colleague.user, at=now)
    assert access.session_for(colleague.user, str(own.pk)) == own


def test_signing_in_is_recorded_where_the_desk_opens(
    volunteer: Membership, stranger: Membership, member_user: User, now: datetime
) -> None:
    second = actions.join(stranger.association_id, user=volunteer.user, roles=[], at=now)
    way = SignInWay.PASSWORD

    assert actions.record_sign_in(volunteer.user, way=way, at=now)
    assert actions.record_sign_in(volunteer.user, way=way, association_id=second.association_id, at=now)
    assert not actions.record_sign_in(member_user, way=way, association_id=second.association_id, at=now)

    for membership in (volunteer, second):
        with scope.enter(membership.association_id):
            entry = AuditEntry.objects.get(kind=AuditKind.SIGNED_IN)
            assert (entry.by_id, entry.payload) == (volunteer.user_id, {"way": "password"})


def test_sessions_are_forgotten_after_ninety_days(volunteer: Membership) -> None:
    now = datetime.now().astimezone()
    old, young = (factories.make_sign_in(volunteer.user, at=now - timedelta(days=days)) for days in (91, 89))

    tasks.sweep()

    assert list(SignIn.objects.all()) == [young]
    assert old.pk != young.pk


def test_no_address_and_no_whole_user_agent_is_kept(volunteer: Membership, now: datetime) -> None:
    agent = "Mozilla/5.0 (Android 14; Pixel 8) Firefox/132.0"
    row = actions.open_session(volunteer.user, way=SignInWay.PASSKEY, user_agent=agent, at=now)

    assert SignIn.objects.get(pk=row.pk).device == "Firefox, Android"
    assert {field.name for field in SignIn._meta.fields} == {
        "id",
        "user",
        "works_for",
        "way",
        "device",
        "opened_at",
        "seen_at",
        "ended_at",
        "end",
        "seal_id",
        "subject",
    }
