"""allauth's rows, seen as somebody sees them who has the database and not the keys."""

import json
from collections.abc import Iterator
from datetime import datetime

import pytest
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY as RECORDS_OF,
)
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import RequestFactory

from accounts.access import factors_of, has_factor, has_second_factor, secrets_of, was_opened_by_code
from accounts.access.factors import Factors
from accounts.models import Membership, SignIn
from tests import factories
from tests.people import HouseClient, signed_in
from tests.web.desk.authenticator import code_of, enrol

pytestmark = pytest.mark.django_db


@pytest.fixture
def asking(volunteer: Membership) -> Iterator[Membership]:
    """A volunteer whose own request it is."""
    with secrets_of(volunteer.user):
        yield volunteer


def test_the_secret_of_an_authenticator_is_sealed_and_works(asking: Membership) -> None:
    secret = generate_totp_secret()
    TOTP.activate(asking.user, secret)

    row = Authenticator.objects.get()
    counter = next(iter(yield_hotp_counters_from_time()))

    assert secret not in json.dumps(row.data)
    assert TOTP(row).validate_code(format_hotp_value(hotp_value(secret, counter)))


def test_recovery_codes_are_sealed_and_work_once(asking: Membership) -> None:
    RecoveryCodes.activate(asking.user)

    row = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
    codes = RecoveryCodes(row).get_unused_codes()

    assert not any(code in json.dumps(row.data) for code in codes)
    assert RecoveryCodes(row).validate_code(codes[0])
    assert not RecoveryCodes(Authenticator.objects.get(pk=row.pk)).validate_code(codes[0])


def test_a_secret_that_was_changed_in_the_database_is_refused(asking: Membership) -> None:
    TOTP.activate(asking.user, generate_totp_secret())
    row = Authenticator.objects.get()
    row.data["secret"] = "A" * 8 + row.data["secret"][8:]
    row.save()

    with pytest.raises(ValidationError):
        TOTP(Authenticator.objects.get()).validate_code("000000")


def test_a_secret_moved_to_another_account_is_refused(
    volunteer: Membership, colleague: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    """Who can write to the database and has one account puts their own application before another's door."""
    secret = enrol(colleague.user)
    Authenticator.objects.update(user=volunteer.user)
    browser = HouseClient()
    browser.post("/compte/connexion/", {"login": volunteer.user.email, "password": factories.PASSWORD})

    with caplog.at_level("ERROR", "accounts.factors"):
        answer = browser.post("/compte/facteur/code/", {"code": code_of(secret)})

    assert answer.status_code == 422
    assert "Ce code ne va pas." in answer.content.decode()
    assert f"factor of user {volunteer.user.pk} does not open" in caplog.text
    assert not SignIn.objects.exists()


@pytest.mark.parametrize("secret", ["", "AAAA", "é", "A" * 60])
def test_a_damaged_secret_is_a_wrong_code_when_it_is_asked_for_again(volunteer: Membership, secret: str) -> None:
    browser = signed_in(volunteer.user, association=volunteer.association)
    Authenticator.objects.update(data={"secret": secret})

    answer = browser.post("/compte/facteur/confirmer/", {"code": "000000"})

    assert answer.status_code == 422
    assert "Ce code ne va pas." in answer.content.decode()


def test_the_same_secret_opens_for_its_own_account(colleague: Membership) -> None:
    secret = enrol(colleague.user)
    browser = HouseClient()
    browser.post("/compte/connexion/", {"login": colleague.user.email, "password": factories.PASSWORD})

    answer = browser.post("/compte/facteur/code/", {"code": code_of(secret)})

    assert answer.status_code == 302
    assert SignIn.objects.get().user == colleague.user


def test_what_protects_one_account_is_told_of_no_other(volunteer: Membership, colleague: Membership) -> None:
    enrol(colleague.user)

    assert (has_factor(volunteer.user), has_factor(colleague.user)) == (False, True)
    assert (factors_of(volunteer.user).has_any, factors_of(colleague.user).has_app) == (False, True)


def test_nothing_is_sealed_for_nobody(volunteer: Membership) -> None:
    with pytest.raises(LookupError, match="secrets_of"):
        TOTP.activate(volunteer.user, generate_totp_secret())


def test_a_session_row_tells_nothing(volunteer: Membership) -> None:
    signed_in(volunteer.user, association=volunteer.association)

    [row] = Session.objects.all()

    for readable in ("association_id", str(volunteer.user.pk), "account_authentication", "mfa"):
        assert readable not in row.session_data
    assert row.get_decoded()["association_id"] == volunteer.association_id


@pytest.mark.parametrize(
    ("methods", "is_protected"),
    [
        ([], False),
        (["password"], False),
        (["mfa"], False),
        (["password", "mfa"], True),
        (["code", "mfa"], False),
        (["code", "password", "mfa"], False),
    ],
)
def test_a_password_and_a_factor_protect_a_session_and_a_code_never_does(
    volunteer: Membership, methods: list[str], is_protected: bool
) -> None:
    request = RequestFactory().get("/desk/")
    request.user = volunteer.user
    request.session = {RECORDS_OF: str(volunteer.user_id), RECORDS: [{"method": one} for one in methods]}  # type: ignore[assignment]  # read alone

    assert has_second_factor(request) is is_protected
    assert was_opened_by_code(request) is ("code" in methods)


def test_three_codes_are_few_and_none_are_missed_where_nothing_protects(now: datetime) -> None:
    codes = ("a", "b", "c", "d")

    assert not Factors(app_since=now, passkeys=(), codes=codes).codes_are_few
    assert Factors(app_since=now, passkeys=(), codes=codes[:3]).codes_are_few
    assert not Factors(app_since=None, passkeys=(), codes=()).codes_are_few
