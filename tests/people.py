"""Pytest plugin: the same few people with fixed rights, and their browsers."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY as RECORDS_OF,
)
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.utils import timezone

from accounts import actions
from accounts.access import SESSION_SIGN_IN, has_factor, secrets_of
from accounts.middleware import SESSION_ASSOCIATION, SESSION_AT_WORK
from accounts.models import Association, Membership, SignInWay, User
from accounts.rules.roles import Role
from tests import factories
from tests.pages import fault_in

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
BACKEND = "accounts.adapter.BlindIndexBackend"


class HouseClient(Client):
    """A browser that refuses pages which break the house's rules."""

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            fault = fault_in(response.content.decode())
            assert not fault, f"{request.get('PATH_INFO')}: {fault}"
        return response


def signed_in(user: User, *, factor: bool = True, association: Association | None = None) -> HouseClient:
    """The browser of somebody who gave their password, and their second factor unless `factor=False`.

    Whoever has no factor yet gets an application whose codes are nobody's.
    """
    methods = ["password", "mfa"] if factor else ["password"]
    if factor and not has_factor(user):
        with secrets_of(user):
            TOTP.activate(user, generate_totp_secret())
    return _with_session(user, methods, association)


def signed_in_by_code(user: User, *, factor: bool = False, association: Association | None = None) -> HouseClient:
    """The browser of a member who typed the code of their mail or card (and, oddly, a second factor)."""
    methods = ["code", "mfa"] if factor else ["code"]
    return _with_session(user, methods, association)


def _with_session(user: User, methods: list[str], association: Association | None) -> HouseClient:
    client = HouseClient()
    client.force_login(user, backend=BACKEND)
    way = SignInWay.CODE if "code" in methods else SignInWay.PASSWORD
    row = actions.open_session(user, way=way, user_agent=BROWSER, at=timezone.now())
    session = client.session
    session[SESSION_SIGN_IN] = str(row.pk)
    session[RECORDS] = [{"method": method, "at": time.time()} for method in methods]
    session[RECORDS_OF] = str(user.pk)
    if association:
        session[SESSION_ASSOCIATION] = association.pk
    if association and way == SignInWay.PASSWORD:
        actions.work_for(row.pk, association_id=association.pk)
        session[SESSION_AT_WORK] = association.pk
    session.save()
    return client


@pytest.fixture
def client() -> HouseClient:
    """Nobody's browser."""
    return HouseClient()


@pytest.fixture
def association(db: None) -> Association:
    return factories.make_association(name="Union des usagers", slug="union")


@pytest.fixture
def other_association(db: None) -> Association:
    return factories.make_association(name="Autre collectif", slug="autre")


@pytest.fixture
def reception(association: Association) -> Membership:
    return factories.make_membership(association, Role.RECEPTION)


@pytest.fixture
def volunteer(association: Association) -> Membership:
    return factories.make_membership(association, Role.VOLUNTEER)


@pytest.fixture
def colleague(association: Association) -> Membership:
    """A second volunteer with the same rights."""
    return factories.make_membership(association, Role.VOLUNTEER)


@pytest.fixture
def referent(association: Association) -> Membership:
    return factories.make_membership(association, Role.REFERENT)


@pytest.fixture
def coordinator(association: Association) -> Membership:
    return factories.make_membership(association, Role.COORDINATOR)


@pytest.fixture
def delegate(association: Association) -> Membership:
    return factories.make_membership(association, Role.DATA_DELEGATE)


@pytest.fixture
def stranger(other_association: Association) -> Membership:
    """The coordinator of another association: whatever they can do at home, nothing here."""
    return factories.make_membership(other_association, Role.COORDINATOR)


@pytest.fixture
def member_user(db: None) -> User:
    """Somebody with an address and no password."""
    return factories.make_user(password=None)


@pytest.fixture
def desk() -> Callable[[Membership], HouseClient]:
    """`desk(volunteer).get("/desk/")`: a volunteer's browser after the second factor."""
    return lambda membership: signed_in(membership.user, association=membership.association)


def location(response: Any) -> str:
    return str(response.headers.get("Location", ""))
