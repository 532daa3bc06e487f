"""A fresh factor before what protects others: asked for with its reason, then back; a stale form does nothing."""

import time
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts import access, scope
from accounts.models import Association, AuditEntry, Membership, SignIn, SignInEnd
from accounts.rules.audit import AuditKind
from accounts.rules.roles import Role
from tests import factories
from tests.people import HouseClient, location, signed_in
from tests.web.desk.authenticator import code_of, enrol, enrol_recovery
from tests.web.desk.passkeys import enrolled
from tests.web.desk.test_signin import FACTOR, give_password
from web.desk.pages.stepup import REASONS, reason_for

AGAIN = "/compte/facteur/confirmer/"
PASSWORD = "neuf tilleuls sous la pluie"


def stale(membership: Membership, clock: time_machine.Traveller) -> HouseClient:
    """A browser whose second factor was given five minutes ago."""
    client = signed_in(membership.user, association=membership.association)
    clock.shift(300)
    return client


def sent(membership: Membership, **typed: Any) -> dict[str, Any]:
    return {"association": membership.association_id, "token": str(uuid4()), **typed}


# Roles, invitations, resets


@pytest.mark.parametrize("name", ["member_roles", "member_revoke", "invite", "member_reset"])
def test_the_factor_is_asked_once_more_then_the_page_comes(
    coordinator: Membership, volunteer: Membership, clock: time_machine.Traveller, name: str
) -> None:
    secret = enrol(coordinator.user)
    client = stale(coordinator, clock)
    address = reverse(f"desk:{name}", args=[] if name == "invite" else [volunteer.pk])

    asked = location(client.get(address))
    assert asked == f"{AGAIN}?next={address}"
    assert "Vous allez" in client.get(asked).content.decode()
    done = client.post(AGAIN, {"code": code_of(secret), "next": address})

    assert location(done) == address
    assert client.get(address).status_code == 200


def test_a_form_that_was_open_too_long_does_nothing_and_comes_back(
    coordinator: Membership, volunteer: Membership, clock: time_machine.Traveller
) -> None:
    secret = enrol(coordinator.user)
    client = stale(coordinator, clock)
    address = reverse("desk:member_roles", args=[volunteer.pk])
    form = sent(coordinator, roles=[Role.COORDINATOR])

    asked = location(client.post(address, form))
    page = client.get(asked).content.decode()
    assert "Rien n’a été fait" in page
    done = client.post(AGAIN, {"code": code_of(secret), "next": address})

    assert location(done) == address
    [mine] = access.memberships_of(volunteer.user)
    assert mine.roles == [Role.VOLUNTEER]
    assert location(client.post(address, form)) == reverse("desk:team")


def test_within_five_minutes_nothing_is_asked(
    coordinator: Membership, volunteer: Membership, clock: time_machine.Traveller
) -> None:
    client = signed_in(coordinator.user, association=coordinator.association)
    clock.shift(299)

    assert client.get(reverse("desk:member_roles", args=[volunteer.pk])).status_code == 200


def test_a_page_that_lets_nothing_out_asks_for_no_newer_factor(
    coordinator: Membership, clock: time_machine.Traveller
) -> None:
    client = stale(coordinator, clock)

    assert [client.get(reverse(f"desk:{name}")).status_code for name in ("team", "cases", "figures")] == [200, 200, 200]


def test_rights_are_looked_at_before_the_factor(
    volunteer: Membership, colleague: Membership, clock: time_machine.Traveller
) -> None:
    enrol(volunteer.user)

    assert stale(volunteer, clock).get(reverse("desk:member_roles", args=[colleague.pk])).status_code == 403


@pytest.mark.parametrize("elsewhere", ["https://ailleurs.example/", "//ailleurs.example/", "javascript:alert(1)"])
def test_confirming_leads_to_our_own_pages_only(
    coordinator: Membership, clock: time_machine.Traveller, elsewhere: str
) -> None:
    secret = enrol(coordinator.user)

    done = stale(coordinator, clock).post(AGAIN, {"code": code_of(secret), "next": elsewhere})

    assert location(done) == "/desk/"


def test_a_wrong_code_confirms_nothing(coordinator: Membership, clock: time_machine.Traveller) -> None:
    enrol(coordinator.user)
    client = stale(coordinator, clock)

    assert client.post(AGAIN, {"code": "000000", "next": reverse("desk:invite")}).status_code == 422
    assert client.get(reverse("desk:invite")).status_code == 302


def test_the_reason_is_said_for_known_pages_only() -> None:
    assert reason_for(reverse("desk:invite")) == str(REASONS["desk:invite"])
    assert reason_for("/desk/compte/mot-de-passe/?x=1") == str(REASONS["desk:password"])
    assert reason_for("/nulle-part/") == reason_for("") == reason_for("https://ailleurs.example/") == ""


@pytest.mark.parametrize("name", ["member_revoke", "invitation_again"])
def test_nobody_is_let_go_or_let_in_by_a_browser_that_was_left_open(
    coordinator: Membership, volunteer: Membership, clock: time_machine.Traveller, name: str
) -> None:
    enrol(coordinator.user)
    association = coordinator.association
    invitation, link = factories.make_invitation(association, by=coordinator.user, at=timezone.now())
    client = stale(coordinator, clock)
    address = reverse(f"desk:{name}", args=[volunteer.pk if name == "member_revoke" else invitation.pk])

    assert location(client.post(address, sent(coordinator))) == f"{AGAIN}?next={address}"
    assert location(client.get(address)) == f"{AGAIN}?next={address}"

    assert access.memberships_of(volunteer.user)
    assert mail.outbox == []
    assert HouseClient().get(reverse("invitation", args=[link])).status_code == 200
    assert client.get(f"{AGAIN}?next={address}").content.decode().count(reason_for(address)) == 1


# One's own factors


def test_a_password_given_lately_is_not_enough_once_there_is_a_factor(
    client: HouseClient, volunteer: Membership, clock: time_machine.Traveller
) -> None:
    """allauth's own rule takes any confirmation of the last minutes, the password's too."""
    secret = enrol(volunteer.user)
    give_password(client, volunteer.user)
    client.post(FACTOR, {"code": code_of(secret)})
    clock.shift(301)
    session = client.session
    session[RECORDS] += [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session.save()

    for name in ("mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_add_webauthn"):
        assert location(client.get(reverse(name))) == f"{AGAIN}?next={reverse(name)}"
        assert location(client.post(reverse(name))) == f"{AGAIN}?next={reverse(name)}"
    assert location(client.get("/compte/confirmer/")).startswith(AGAIN)
    assert access.factors_of(volunteer.user).has_app


def test_a_stale_removal_is_not_done_after_the_confirmation_by_itself(
    volunteer: Membership, clock: time_machine.Traveller
) -> None:
    """allauth would keep the POST and send it by itself."""
    secret = enrol(volunteer.user)
    client = stale(volunteer, clock)
    leave = reverse("mfa_deactivate_totp")

    client.post(leave)
    client.post(AGAIN, {"code": code_of(secret), "next": leave})

    assert access.factors_of(volunteer.user).has_app


def test_codes_are_no_longer_shown_when_the_factor_is_stale(
    volunteer: Membership, clock: time_machine.Traveller
) -> None:
    client = signed_in(volunteer.user, factor=False)
    enrolled(client)
    [code, *_] = access.factors_of(volunteer.user).codes
    assert code in client.get("/compte/facteur/secours/").content.decode()

    clock.shift(300)

    assert code not in client.get("/compte/facteur/secours/").content.decode()


def test_a_recovery_code_confirms_and_says_how_many_are_left(
    volunteer: Membership, clock: time_machine.Traveller
) -> None:
    enrol(volunteer.user)
    codes = enrol_recovery(volunteer.user)
    client = stale(volunteer, clock)

    page = client.post(AGAIN, {"code": codes[0], "next": "/desk/compte/"}, follow=True).content.decode()

    assert "il vous en reste 7" in page
    assert "Il ne vous reste presque plus" not in page


def test_few_recovery_codes_are_a_warning(client: HouseClient, volunteer: Membership) -> None:
    enrol(volunteer.user)
    codes = enrol_recovery(volunteer.user)
    for code in codes[:5]:
        browser = HouseClient()
        give_password(browser, volunteer.user)
        page = browser.post(FACTOR, {"code": code}, follow=True).content.decode()

    assert "il vous en reste 3. Faites-en de nouveaux" in page
    assert "Il ne vous reste presque plus de codes de secours." in browser.get("/desk/compte/").content.decode()
    assert "Il ne vous en reste que 3." in browser.get("/compte/facteur/").content.decode()


def test_changes_of_factors_stand_in_the_log_of_each_association(
    volunteer: Membership, stranger: Membership, clock: time_machine.Traveller
) -> None:
    other = factories.make_membership(stranger.association, Role.VOLUNTEER, user=volunteer.user)
    enrol(volunteer.user)
    client = signed_in(volunteer.user)

    client.post(reverse("mfa_generate_recovery_codes"))
    client.post(reverse("mfa_deactivate_totp"))

    for membership in (volunteer, other):
        with scope.enter(membership.association_id):
            lines = AuditEntry.objects.filter(by=volunteer.user).order_by("pk")
            kinds = [(line.kind, line.about_id) for line in lines]
        assert kinds == [
            (AuditKind.CODES_RENEWED, str(membership.pk)),
            (AuditKind.FACTOR_REMOVED, str(membership.pk)),
        ]


# The password


def test_a_new_password_is_in_the_log_of_each_of_their_associations(
    volunteer: Membership, other_association: Association
) -> None:
    second = factories.make_membership(other_association, Role.VOLUNTEER, user=volunteer.user)
    client = signed_in(volunteer.user, association=volunteer.association)

    client.post(reverse("desk:password"), sent(volunteer, password=PASSWORD, again=PASSWORD))

    for membership in (volunteer, second):
        with scope.enter(membership.association_id):
            [line] = AuditEntry.objects.filter(kind=AuditKind.PASSWORD_CHANGED)
        assert (line.by_id, line.about_id) == (volunteer.user_id, str(membership.pk))


def test_the_password_changes_and_other_browsers_are_signed_out(volunteer: Membership) -> None:
    client, other = signed_in(volunteer.user), signed_in(volunteer.user)
    typed = sent(volunteer, password=PASSWORD, again=PASSWORD)

    done = client.post(reverse("desk:password"), typed)

    assert location(done) == reverse("desk:account")
    assert client.get("/desk/").status_code == 200
    assert other.get("/desk/").status_code == 302
    assert SignIn.objects.filter(user=volunteer.user, end=SignInEnd.ELSEWHERE).count() == 1
    assert give_password(HouseClient(), volunteer.user).status_code == 422
    assert give_password(HouseClient(), volunteer.user, PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("password", "again"), [("", ""), ("court", "court"), ("123456789012", "123456789012"), (PASSWORD, PASSWORD + "!")]
)
def test_a_weak_or_mistyped_password_changes_nothing(volunteer: Membership, password: str, again: str) -> None:
    client = signed_in(volunteer.user)

    refused = client.post(reverse("desk:password"), sent(volunteer, password=password, again=again))

    assert refused.status_code == 422
    assert give_password(HouseClient(), volunteer.user).status_code == 302


def test_the_password_wants_a_fresh_factor(volunteer: Membership, clock: time_machine.Traveller) -> None:
    enrol(volunteer.user)
    client = stale(volunteer, clock)
    typed = sent(volunteer, password=PASSWORD, again=PASSWORD)

    assert location(client.get(reverse("desk:password"))).startswith(AGAIN)
    assert location(client.post(reverse("desk:password"), typed)).startswith(AGAIN)
    assert give_password(HouseClient(), volunteer.user).status_code == 302
