"""The API by token: within its scopes, from its networks, and nowhere else. Beside each access, its refusal."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import actions, scope
from accounts.models import ApiToken, AuditEntry, Membership
from accounts.rules.roles import Role
from accounts.rules.tokens import TokenScope
from cases.models import Case, CaseEvent
from cases.rules.lifecycle import EventKind
from tests import factories
from tests.people import HouseClient, signed_in
from tests.web.api.test_cases import LIST, error_of, one, references
from web.api.v1.views.doors import PerToken

pytestmark = pytest.mark.django_db

Asks = Callable[..., Any]


def bearing(text: str, **extra: Any) -> HouseClient:
    return HouseClient(HTTP_AUTHORIZATION=f"Bearer {text}", **extra)


@pytest.fixture
def made(coordinator: Membership, now: datetime) -> tuple[ApiToken, str]:
    return factories.make_token(coordinator, at=now)


@pytest.fixture
def program(made: tuple[ApiToken, str]) -> HouseClient:
    return bearing(made[1])


# What it opens


def test_a_program_reads_as_its_owner_without_a_session(program: HouseClient, case: Case) -> None:
    answer = program.get(LIST)

    assert references(answer.json()) == [case.reference]
    assert program.get(one(case)).json()["reference"] == case.reference
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
def test_the_scheme_is_read_as_the_standard_says(made: tuple[ApiToken, str], case: Case, scheme: str) -> None:
    assert HouseClient(HTTP_AUTHORIZATION=f"{scheme} {made[1]}").get(LIST).status_code == 200


def test_a_program_sees_what_its_owner_sees(
    coordinator: Membership, volunteer: Membership, case: Case, now: datetime
) -> None:
    """In an association where each sees their own cases: a coordinator all, also a colleague's without a reason."""
    with scope.enter(case.association_id):
        Case.objects.filter(pk=case.pk).update(assigned_to=volunteer.user)
    coordinator.association.team_sees_all = False
    coordinator.association.save(update_fields=["team_sees_all"])
    _, text = factories.make_token(coordinator, at=now)

    assert references(bearing(text).get(LIST).json()) == [case.reference]
    assert bearing(text).get(one(case)).status_code == 200


def test_whoever_loses_the_role_loses_the_program(program: HouseClient, coordinator: Membership, case: Case) -> None:
    """Also when the roles changed by another way than the team's page."""
    assert program.get(LIST).status_code == 200
    coordinator.roles = ["referent"]
    with scope.enter(coordinator.association_id):
        coordinator.save(update_fields=["roles"])

    assert error_of(program.get(LIST)) == (401, "not_authenticated")
    assert error_of(program.get(one(case))) == (401, "not_authenticated")


def test_another_association_s_token_finds_nothing(stranger: Membership, case: Case, now: datetime) -> None:
    _, text = factories.make_token(stranger, at=now)

    assert bearing(text).get(LIST).json()["results"] == []
    assert error_of(bearing(text).get(one(case))) == (404, "not_found")


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.VOLUNTEER, Role.REFERENT, Role.DATA_DELEGATE])
def test_a_role_that_makes_no_tokens_has_none_that_work(
    coordinator: Membership, case: Case, now: datetime, role: Role
) -> None:
    _, text = factories.make_token(factories.make_membership(coordinator.association, role), at=now)

    assert error_of(bearing(text).get(LIST)) == (401, "not_authenticated")


@pytest.mark.parametrize(("given", "refused"), [(TokenScope.CASES_LIST, 1), (TokenScope.CASES_READ, 0)])
def test_a_scope_opens_its_own_address_only(
    coordinator: Membership, case: Case, now: datetime, given: TokenScope, refused: int
) -> None:
    _, text = factories.make_token(coordinator, at=now, scopes=[given])
    urls = [LIST, one(case)]

    assert bearing(text).get(urls[1 - refused]).status_code == 200
    answer = bearing(text).get(urls[refused])
    assert error_of(answer) == (403, "scope_missing")
    assert next(iter(set(TokenScope) - {given})) in answer.json()["error"]["message"]


def test_a_missing_scope_does_not_tell_whether_a_case_exists(
    coordinator: Membership, case: Case, now: datetime
) -> None:
    _, text = factories.make_token(coordinator, at=now, scopes=[TokenScope.CASES_LIST])

    answers = [bearing(text).get(url) for url in (one(case), f"{LIST}BADU-KEVI-TOX/")]

    assert answers[0].content == answers[1].content


def test_the_open_data_needs_no_token_and_minds_none(program: HouseClient) -> None:
    assert program.get("/api/v1/procedures/").status_code == 200
    assert bearing("opp_wrong").get("/api/v1/procedures/").status_code == 200


# What it does not


def test_every_token_that_does_not_stand_gets_the_same_answer(
    coordinator: Membership, case: Case, now: datetime
) -> None:
    token, revoked = factories.make_token(coordinator, at=now)
    with scope.enter(coordinator.association_id):
        actions.revoke_token(token, by=coordinator.user, at=now)
    _, expired = factories.make_token(coordinator, at=now - timedelta(days=31), days=30)
    _, elsewhere = factories.make_token(coordinator, at=now, networks=["192.0.2.0/24"])
    unknown = ["", "opp_", "opp_" + "a" * 43, "x" * 5000, "é\x7f", "opp_" + "a" * 42 + "\n", token.token_hash]

    answers = [bearing(text).get(LIST) for text in (revoked, expired, elsewhere, *unknown)]

    assert {error_of(answer) for answer in answers} == {(401, "not_authenticated")}
    assert len({(answer.content, answer["WWW-Authenticate"]) for answer in answers}) == 1
    assert answers[0].content == HouseClient().get(LIST).content
    assert answers[0]["WWW-Authenticate"] == "Bearer"


def test_a_refused_token_is_not_saved_by_a_session(coordinator: Membership, case: Case) -> None:
    """A request with both is the token's."""
    browser = signed_in(coordinator.user, association=coordinator.association)
    assert browser.get(LIST).status_code == 200

    assert browser.get(LIST, headers={"authorization": "Bearer opp_wrong"}).status_code == 401


def test_a_request_with_both_acts_as_the_token(
    coordinator: Membership, stranger: Membership, case: Case, now: datetime
) -> None:
    _, text = factories.make_token(stranger, at=now)
    browser = signed_in(coordinator.user, association=coordinator.association)

    assert browser.get(LIST, headers={"authorization": f"Bearer {text}"}).json()["results"] == []


def test_an_ex_volunteer_s_program_is_out_at_the_next_request(
    program: HouseClient, coordinator: Membership, case: Case, now: datetime
) -> None:
    assert program.get(LIST).status_code == 200
    with scope.enter(coordinator.association_id):
        Membership.objects.filter(pk=coordinator.pk).update(revoked_at=now)

    assert program.get(LIST).status_code == 401


def test_a_token_expires_by_itself(program: HouseClient, clock: time_machine.Traveller) -> None:
    clock.shift(timedelta(days=90) - timedelta(seconds=1))
    assert program.get(LIST).status_code == 200
    clock.shift(1)
    assert program.get(LIST).status_code == 401


@pytest.mark.parametrize("path", ["/desk/", "/desk/dossiers/", "/desk/equipe/", "/espace/", "/compte/facteur/"])
def test_a_token_opens_no_page(program: HouseClient, path: str) -> None:
    assert program.get(path).status_code == 302


def test_cases_are_only_read_by_programs_too(made: tuple[ApiToken, str], case: Case) -> None:
    """And no form's own secret is asked: the answer is about the method."""
    from django.test import Client

    strict = Client(enforce_csrf_checks=True, HTTP_AUTHORIZATION=f"Bearer {made[1]}")

    assert error_of(strict.post(one(case))) == (405, "method_not_allowed")


# From where


def test_a_network_is_the_client_s_behind_the_trusted_proxy(
    coordinator: Membership, now: datetime, settings: LazySettings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    _, text = factories.make_token(coordinator, at=now, networks=["192.0.2.0/24"])
    at_the_proxy: dict[str, Any] = {"REMOTE_ADDR": "172.18.0.5"}

    def asks(forwarded: str) -> int:
        return int(bearing(text, HTTP_X_FORWARDED_FOR=forwarded, **at_the_proxy).get(LIST).status_code)

    assert asks("192.0.2.44") == 200
    assert asks("203.0.113.1") == 401
    assert asks("192.0.2.44, 203.0.113.1") == 401, "what the client wrote itself is not believed"
    assert asks("203.0.113.1, 192.0.2.44") == 200
    assert asks("nonsense") == 401


def test_behind_two_proxies_a_network_is_the_one_that_the_outer_one_saw(
    coordinator: Membership, now: datetime, settings: LazySettings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    _, text = factories.make_token(coordinator, at=now, networks=["192.0.2.0/24"])

    for forwarded, status in [("192.0.2.44, 198.51.100.2", 200), ("192.0.2.44, 203.0.113.1, 198.51.100.2", 401)]:
        assert bearing(text, HTTP_X_FORWARDED_FOR=forwarded).get(LIST).status_code == status


def test_without_a_proxy_a_forged_header_is_not_read(coordinator: Membership, now: datetime) -> None:
    _, text = factories.make_token(coordinator, at=now, networks=["192.0.2.0/24"])

    forged = bearing(text, HTTP_X_FORWARDED_FOR="192.0.2.44", REMOTE_ADDR="203.0.113.1")
    assert forged.get(LIST).status_code == 401
    assert bearing(text, REMOTE_ADDR="192.0.2.44").get(LIST).status_code == 200


# What is recorded


def test_a_program_s_consultation_is_the_owner_s_and_says_so(
    program: HouseClient, case: Case, coordinator: Membership
) -> None:
    program.get(one(case))

    with scope.enter(case.association_id):
        event = CaseEvent.objects.get(case=case, kind=EventKind.CASE_CONSULTED)
    assert (event.by_id, event.payload["why"]) == (coordinator.user_id, "api")


def test_the_day_of_use_is_the_one_thing_that_a_reading_changes(
    program: HouseClient, made: tuple[ApiToken, str], coordinator: Membership, today: date
) -> None:
    with CaptureQueriesContext(connection) as first:
        program.get(LIST)
    with CaptureQueriesContext(connection) as second:
        program.get(LIST)

    assert [
        len([sql for sql in asked.captured_queries if sql["sql"].startswith("UPDATE")]) for asked in (first, second)
    ] == [1, 0]
    with scope.enter(coordinator.association_id):
        token = ApiToken.objects.get(pk=made[0].pk)
        assert not AuditEntry.objects.exclude(kind="token_created").exists()
    assert token.used_on == today


def test_a_refused_token_is_not_marked_as_used(coordinator: Membership, now: datetime) -> None:
    token, text = factories.make_token(coordinator, at=now, networks=["192.0.2.0/24"])
    bearing(text).get(LIST)

    with scope.enter(coordinator.association_id):
        assert ApiToken.objects.get(pk=token.pk).used_on is None


# How often


def test_a_token_that_asks_too_often_is_told_to_wait(
    program: HouseClient, coordinator: Membership, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PerToken, "rate", "3/min")
    assert [program.get(LIST).status_code for _ in range(3)] == [200, 200, 200]

    refused = program.get(LIST)

    assert error_of(refused) == (429, "too_many_requests")
    assert int(refused["Retry-After"]) > 0
    _, other = factories.make_token(coordinator, at=now)
    assert bearing(other).get(LIST).status_code == 200
    assert signed_in(coordinator.user, association=coordinator.association).get(LIST).status_code == 200
