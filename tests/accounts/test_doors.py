"""Who passes the middleware, and with which association in scope."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts import actions, scope
from accounts.middleware import WriteOnRead
from accounts.models import Association, Membership, User
from accounts.rules.roles import Role
from tests import factories
from tests.people import location, signed_in, signed_in_by_code
from tests.web.desk.authenticator import enrol

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]


def whereabouts(client: Client, path: str = "/desk/") -> dict[str, Any]:
    response = client.get(path)
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def test_a_volunteer_with_both_factors_works_for_their_association(volunteer: Membership, stranger: Membership) -> None:
    found = whereabouts(signed_in(volunteer.user))

    assert found["scope"] == found["association"] == volunteer.association_id
    assert found["membership"] == volunteer.pk
    assert found["seen"] == 1


def test_the_scope_ends_with_the_request(volunteer: Membership) -> None:
    whereabouts(signed_in(volunteer.user))

    assert scope.current() is None


def test_nobody_is_sent_to_the_sign_in(client: Client) -> None:
    assert location(client.get("/desk/")) == "/compte/login/?next=/desk/"


def test_without_a_second_factor_a_volunteer_is_led_to_one(volunteer: Membership) -> None:
    assert location(signed_in(volunteer.user, factor=False).get("/desk/")).endswith("/2fa/")


def test_a_volunteer_who_has_a_factor_must_use_it(volunteer: Membership) -> None:
    enrol(volunteer.user)

    assert signed_in(volunteer.user, factor=False).get("/desk/").status_code == 403


def test_a_session_opened_by_a_code_stays_out_of_the_desk(volunteer: Membership, member_user: User) -> None:
    enrol(volunteer.user)

    assert signed_in_by_code(volunteer.user).get("/desk/").status_code == 403
    assert signed_in_by_code(volunteer.user, factor=True).get("/desk/").status_code == 403
    assert signed_in_by_code(member_user).get("/desk/").status_code == 403


def test_a_factor_of_somebody_else_does_not_count(volunteer: Membership, colleague: Membership) -> None:
    client = signed_in(volunteer.user)
    session = client.session
    session["account_authentication_methods_user"] = str(colleague.user.pk)
    session.save()

    assert client.get("/desk/").status_code == 403


def test_a_factor_that_is_no_more_does_not_count(volunteer: Membership) -> None:
    client = signed_in(volunteer.user, association=volunteer.association)
    assert client.get("/desk/").status_code == 200
    Authenticator.objects.filter(user=volunteer.user).delete()  # past every action of ours

    assert location(client.get("/desk/")).endswith("/2fa/")
    assert whereabouts(client, "/api/v1/")["scope"] is None


def test_recovery_codes_alone_do_not_count(volunteer: Membership) -> None:
    client = signed_in(volunteer.user, association=volunteer.association)
    Authenticator.objects.filter(user=volunteer.user).update(type=Authenticator.Type.RECOVERY_CODES)

    assert location(client.get("/desk/")).endswith("/2fa/")


def test_somebody_without_membership_gets_403_not_a_page(member_user: User) -> None:
    assert signed_in(member_user).get("/desk/").status_code == 403


def test_an_ex_volunteer_is_out_at_the_next_request(volunteer: Membership, now: datetime) -> None:
    client = signed_in(volunteer.user)
    whereabouts(client)
    with scope.enter(volunteer.association_id):
        actions.revoke_membership(volunteer, by=None, at=now)

    assert client.get("/desk/").status_code == 302
    assert signed_in(volunteer.user).get("/desk/").status_code == 403  # who signs in again is nobody here
    assert whereabouts(client, "/api/v1/")["scope"] is None


def test_a_sleeping_account_is_out_at_the_next_request(volunteer: Membership) -> None:
    client = signed_in(volunteer.user)
    User.objects.filter(pk=volunteer.user.pk).update(is_active=False)

    assert client.get("/desk/").status_code == 302


def test_the_session_chooses_between_a_persons_associations(volunteer: Membership, stranger: Membership) -> None:
    second = actions.join(stranger.association_id, user=volunteer.user, roles=[Role.RECEPTION], at=volunteer.joined_at)

    assert whereabouts(signed_in(volunteer.user))["membership"] == volunteer.pk
    assert whereabouts(signed_in(volunteer.user, association=second.association))["membership"] == second.pk


def test_a_session_cannot_choose_an_association_that_is_not_ones_own(
    volunteer: Membership, stranger: Membership
) -> None:
    found = whereabouts(signed_in(volunteer.user, association=stranger.association))

    assert found["scope"] == volunteer.association_id


def test_the_api_has_a_scope_only_with_both_factors(volunteer: Membership, client: Client) -> None:
    assert whereabouts(signed_in(volunteer.user), "/api/v1/")["scope"] == volunteer.association_id
    assert whereabouts(signed_in(volunteer.user, factor=False), "/api/v1/")["scope"] is None
    assert whereabouts(client, "/api/v1/")["scope"] is None


def test_public_pages_have_no_scope_even_for_a_volunteer(volunteer: Membership) -> None:
    assert whereabouts(signed_in(volunteer.user), "/")["scope"] is None


@pytest.mark.parametrize(
    ("instant", "day"),
    [("2026-11-23T22:59:00+00:00", "2026-11-23"), ("2026-11-23T23:01:00+00:00", "2026-11-24")],
)
def test_today_is_the_day_in_paris(client: Client, instant: str, day: str) -> None:
    with time_machine.travel(instant, tick=False):
        assert whereabouts(client, "/")["today"] == day


@pytest.mark.django_db(transaction=True)
def test_a_get_that_writes_is_an_error_and_a_post_is_not() -> None:
    volunteer = factories.make_membership(factories.make_association(), Role.VOLUNTEER)
    client = signed_in(volunteer.user)

    for method in (client.get, client.head, client.options):
        with pytest.raises(WriteOnRead):
            method("/desk/writes/")
    assert client.post("/desk/writes/").status_code == 200


@pytest.mark.postgres
def test_a_page_that_ends_in_500_leaves_nothing_half_written(volunteer: Membership) -> None:
    signed_in(volunteer.user).post("/desk/breaks/")

    assert not Association.objects.filter(slug="x").exists()


def test_pages_of_somebody_signed_in_are_not_stored(volunteer: Membership, client: Client) -> None:
    assert signed_in(volunteer.user).get("/")["Cache-Control"] == "no-store"
    assert client.get("/desk/")["Cache-Control"] == "no-store"
    assert "Cache-Control" not in client.get("/")


def test_an_invitation_is_not_stored(client: Client) -> None:
    assert client.get("/invitation/un-jeton/")["Cache-Control"] == "no-store"


def test_a_request_for_no_path_is_not_our_fault(client: Client) -> None:
    assert client.generic("OPTIONS", "*").status_code == 404


def test_the_keys_of_a_request_are_forgotten(volunteer: Membership) -> None:
    from accounts import fields

    whereabouts(signed_in(volunteer.user))

    assert not fields._keys()
    assert not fields._roots()


def test_a_strangers_password_opens_nothing(client: Client, volunteer: Membership) -> None:
    for email, password in [(volunteer.user.email, "autre"), ("inconnue@exemple.fr", factories.PASSWORD)]:
        assert not client.login(email=email, password=password)
    assert client.login(email=volunteer.user.email.upper(), password=factories.PASSWORD)
