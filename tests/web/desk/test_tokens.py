"""Accesses of programs: pages for coordinators alone; the secret is shown once, and in no address."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import signing
from django.urls import reverse

from accounts import scope
from accounts.models import ApiToken, AuditEntry, Membership
from accounts.rules.roles import Role
from accounts.rules.tokens import TokenScope
from tests import factories
from tests.people import HouseClient, location, signed_in

pytestmark = pytest.mark.django_db
TOKENS, NEW = reverse("desk:tokens"), reverse("desk:token_new")
SECRET = re.compile(r"opp_[\w-]{43}")


def at_desk(membership: Membership) -> HouseClient:
    return signed_in(membership.user, association=membership.association)


def sent(membership: Membership, **typed: Any) -> dict[str, Any]:
    whole = {"label": "Tableau du bureau", "scopes": ["cases:list"], "days": "30", "networks": ""}
    return {"association": membership.association_id, "token": str(uuid4()), **whole, **typed}


def kept(membership: Membership) -> list[ApiToken]:
    with scope.enter(membership.association_id):
        return list(ApiToken.objects.order_by("pk"))


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


# Making


def test_the_secret_is_shown_once_and_opens_what_was_chosen(coordinator: Membership, now: datetime) -> None:
    browser = at_desk(coordinator)

    answer = browser.post(NEW, sent(coordinator, networks="192.0.2.0/24\n192.0.2.7", days="365"))

    assert location(answer) == TOKENS
    assert not SECRET.search(str(answer.headers) + answer.content.decode())
    assert not SECRET.search(str(browser.head(TOKENS).headers)), "looking without reading forgets nothing"
    first, again = text_of(browser.get(TOKENS)), text_of(browser.get(TOKENS))
    [secret] = SECRET.findall(first)
    assert not SECRET.search(again)
    [token] = kept(coordinator)
    assert (token.membership_id, token.scopes) == (coordinator.pk, ["cases:list"])
    assert token.networks == ["192.0.2.0/24", "192.0.2.7/32"]
    assert token.expires_at == now + timedelta(days=365)
    program = HouseClient(HTTP_AUTHORIZATION=f"Bearer {secret}", REMOTE_ADDR="192.0.2.7")
    assert program.get("/api/v1/cases/").status_code == 200


def test_the_secret_is_shown_to_the_browser_that_made_it_only(coordinator: Membership) -> None:
    other = factories.make_membership(coordinator.association, Role.COORDINATOR)
    at_desk(coordinator).post(NEW, sent(coordinator))

    assert not SECRET.search(text_of(at_desk(other).get(TOKENS)))
    assert not SECRET.search(text_of(at_desk(coordinator).get(TOKENS)))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"networks": "192.0.2.0/24\nle bureau"}, "« le bureau » n’est pas un réseau"),
        ({"networks": "::/0"}, "Ce réseau veut dire partout"),
        ({"networks": "192.0.2.5/24"}, "« 192.0.2.5/24 » n’est pas un réseau"),
        ({"networks": "\n".join(f"192.0.2.{n}" for n in range(21))}, "C’est trop : 20 réseaux au plus."),
        ({"scopes": []}, "Choisissez au moins une chose"),
        ({"scopes": ["cases:write"]}, "cases:write"),
        ({"days": "3650"}, "3650"),
        ({"label": ""}, "Répondez à cette question."),
        ({"label": "2 84 05 75 056 004 12"}, "numéro de sécurité sociale"),
    ],
)
def test_a_wrong_answer_is_told_and_nothing_is_made(
    coordinator: Membership, typed: dict[str, Any], sentence: str
) -> None:
    answer = at_desk(coordinator).post(NEW, sent(coordinator, **typed))

    assert answer.status_code == 422
    assert sentence in answer.content.decode().replace("\u00a0", " ")
    assert kept(coordinator) == []


def test_a_stale_factor_is_asked_for_again_before_one_is_made(
    coordinator: Membership, clock: time_machine.Traveller
) -> None:
    browser = at_desk(coordinator)
    clock.shift(timedelta(minutes=5))

    for answer in (browser.get(NEW), browser.post(NEW, sent(coordinator))):
        assert answer.status_code == 302
        assert location(answer).startswith(reverse("mfa_reauthenticate"))
    assert kept(coordinator) == []
    assert browser.get(TOKENS).status_code == 200


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.VOLUNTEER, Role.REFERENT, Role.DATA_DELEGATE])
def test_only_coordinators_see_make_or_close(coordinator: Membership, now: datetime, role: Role) -> None:
    token, _ = factories.make_token(coordinator, at=now)
    somebody = factories.make_membership(coordinator.association, role)
    browser = at_desk(somebody)

    revoke = reverse("desk:token_revoke", args=[token.pk])
    assert browser.get(TOKENS).status_code == browser.get(NEW).status_code == 403
    assert browser.post(NEW, sent(somebody)).status_code == browser.post(revoke, sent(somebody)).status_code == 403
    [left] = kept(coordinator)
    assert left.revoked_at is None


def test_a_form_of_another_association_makes_nothing(coordinator: Membership, stranger: Membership) -> None:
    answer = at_desk(coordinator).post(NEW, sent(stranger))

    assert answer.status_code == 409
    assert kept(coordinator) == kept(stranger) == []


# Seeing and closing


def test_the_list_tells_what_each_may_and_when_it_ends(
    coordinator: Membership, now: datetime, clock: time_machine.Traveller
) -> None:
    factories.make_token(coordinator, at=now, scopes=[TokenScope.CASES_READ], networks=["192.0.2.0/24"], days=30)
    page = text_of(at_desk(coordinator).get(TOKENS))

    for told in ("En service", "un dossier", "192.0.2.0/24", "par vous", "jamais", "23 décembre 2026"):
        assert told in page.replace("\u00a0", " ")
    clock.shift(timedelta(days=17))
    assert "Bientôt terminé" in text_of(at_desk(coordinator).get(TOKENS))
    clock.shift(timedelta(days=14))
    ended = text_of(at_desk(coordinator).get(TOKENS))
    assert "Terminé" in ended
    assert "Fermer l’accès" not in ended


def test_closing_takes_effect_at_once_for_a_colleague_s_too(coordinator: Membership, now: datetime) -> None:
    """Even when the factor is not fresh: a door is closed without delay."""
    token, text = factories.make_token(coordinator, at=now)
    other = factories.make_membership(coordinator.association, Role.COORDINATOR)
    browser, address = at_desk(other), reverse("desk:token_revoke", args=[token.pk])

    for _ in range(2):
        assert location(browser.post(address, sent(other))) == TOKENS

    assert HouseClient(HTTP_AUTHORIZATION=f"Bearer {text}").get("/api/v1/cases/").status_code == 401
    assert "Fermé" in text_of(browser.get(TOKENS))
    with scope.enter(coordinator.association_id):
        assert AuditEntry.objects.filter(kind="token_revoked", by=other.user).count() == 1


def test_another_association_s_token_does_not_exist(
    coordinator: Membership, stranger: Membership, now: datetime
) -> None:
    token, _ = factories.make_token(coordinator, at=now)
    browser = at_desk(stranger)

    assert browser.post(reverse("desk:token_revoke", args=[token.pk]), sent(stranger)).status_code == 404
    assert token.label not in text_of(browser.get(TOKENS))
    assert kept(coordinator)[0].revoked_at is None


def test_a_get_closes_nothing(coordinator: Membership, now: datetime) -> None:
    token, _ = factories.make_token(coordinator, at=now)

    assert at_desk(coordinator).get(reverse("desk:token_revoke", args=[token.pk])).status_code == 405


def test_a_form_that_is_sent_twice_makes_one_and_shows_it(coordinator: Membership) -> None:
    browser, form = at_desk(coordinator), sent(coordinator)

    for _ in range(2):
        assert location(browser.post(NEW, form)) == TOKENS

    assert len(kept(coordinator)) == 1
    assert SECRET.search(text_of(browser.get(TOKENS)))


def test_the_secret_lies_nowhere_in_plain_while_it_waits_to_be_shown(coordinator: Membership) -> None:
    browser = at_desk(coordinator)
    browser.post(NEW, sent(coordinator))

    rows = list(Session.objects.values_list("session_data", flat=True))

    assert rows
    for row in rows:
        sealed: bytes = signing.loads(row, salt=SessionStore().key_salt, serializer=AsItIs)
        assert b"opp_" not in sealed
    assert "opp_" not in str(kept(coordinator)[0].__dict__)


class AsItIs:
    """What lies under Django's signature, unopened."""

    def dumps(self, obj: bytes) -> bytes:
        return obj

    def loads(self, data: bytes) -> bytes:
        return data
