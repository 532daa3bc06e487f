"""Tokens for programs: which one stands, from where, and what is kept of it."""

from datetime import date, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts import access, actions, scope
from accounts.access import live_token, token_hash, token_ids
from accounts.fields import forget_keys
from accounts.models import ApiToken, AuditEntry, Membership
from accounts.rules import tokens
from accounts.rules.audit import About, AuditKind
from accounts.rules.tokens import NotANetwork, TokenScope
from tests import factories

# The rules


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", []),
        ("  \n\n", []),
        ("192.0.2.0/24", ["192.0.2.0/24"]),
        (" 192.0.2.7 \n2001:db8::/32\r\n192.0.2.7", ["192.0.2.7/32", "2001:db8::/32"]),
    ],
)
def test_networks_are_read_one_a_line(typed: str, read: list[str]) -> None:
    assert tokens.read_networks(typed) == read


@pytest.mark.parametrize(
    "line", ["bureau", "192.0.2.0/33", "192.0.2.5/24", "1.2.3", "10.0.0.0 - 10.0.0.9", "*", "0.0.0.0/0", "::/0"]
)
def test_what_is_no_network_is_told_line_and_all(line: str) -> None:
    with pytest.raises(NotANetwork) as refused:
        tokens.read_networks(f"192.0.2.0/24\n{line}")

    assert refused.value.args == (line,)


@pytest.mark.parametrize(
    ("address", "networks", "is_in"),
    [
        ("203.0.113.9", [], True),
        ("", [], True),
        ("203.0.113.9", ["192.0.2.0/24"], False),
        ("192.0.2.255", ["192.0.2.0/24"], True),
        ("::ffff:192.0.2.1", ["192.0.2.0/24"], True),
        ("192.0.2.1", ["2001:db8::/32"], False),
        ("2001:db8::1", ["192.0.2.0/24", "2001:db8::/32"], True),
        ("", ["0.0.0.0/0"], False),
        ("nowhere", ["0.0.0.0/0", "::/0"], False),
    ],
)
def test_an_address_lies_in_a_network_or_not(address: str, networks: list[str], is_in: bool) -> None:
    assert tokens.is_within(address, networks) is is_in


@given(st.ip_addresses())
def test_an_address_lies_in_its_own_network(address: object) -> None:
    assert tokens.is_within(str(address), tokens.read_networks(str(address)))


# Making and revoking


@pytest.mark.django_db
def test_a_token_is_long_recognisable_and_kept_as_a_hash(coordinator: Membership, now: datetime) -> None:
    token, text = factories.make_token(coordinator, at=now, scopes=[TokenScope.CASES_LIST], networks=["192.0.2.0/24"])

    assert text.startswith("opp_")
    assert len(text) >= 4 + 43
    assert tokens.is_shaped(text)
    assert token.token_hash == token_hash(text)
    with scope.enter(coordinator.association_id):
        assert text not in str(ApiToken.objects.values().get(pk=token.pk))
    assert token.expires_at == now + timedelta(days=90)


@pytest.mark.django_db
def test_making_and_revoking_are_in_the_audit_log_by_id(
    coordinator: Membership, colleague: Membership, now: datetime
) -> None:
    token, text = factories.make_token(coordinator, at=now, networks=["192.0.2.0/24"])
    with scope.enter(coordinator.association_id):
        assert actions.revoke_token(token, by=colleague.user, at=now)
        assert not actions.revoke_token(token, by=coordinator.user, at=now + timedelta(days=1))
        rows = list(AuditEntry.objects.filter(about=About.TOKEN).order_by("pk"))

    assert [(row.kind, row.by_id, row.about_id) for row in rows] == [
        (AuditKind.TOKEN_CREATED, coordinator.user_id, str(token.pk)),
        (AuditKind.TOKEN_REVOKED, colleague.user_id, str(token.pk)),
    ]
    assert rows[0].payload == {"scopes": ["cases:list", "cases:read"], "days": 90, "networks": 1}
    assert text not in str([row.payload for row in rows])


# The door


@pytest.mark.django_db
def test_the_door_tells_two_ids_and_nothing_else(coordinator: Membership, stranger: Membership, now: datetime) -> None:
    token, text = factories.make_token(coordinator, at=now)
    other, its_text = factories.make_token(stranger, at=now)

    assert scope.current() is None
    assert token_ids(text) == (coordinator.association_id, token.pk)
    assert token_ids(its_text) == (stranger.association_id, other.pk)
    assert token_ids("opp_" + "a" * 43) is None
    assert token_ids(token.token_hash) is None


@pytest.mark.django_db
def test_a_live_token_brings_its_membership_user_and_association(coordinator: Membership, now: datetime) -> None:
    _, text = factories.make_token(coordinator, at=now)

    found = live_token(text, ip="203.0.113.1", at=now)

    assert found
    assert found.membership == coordinator
    assert found.membership.user == coordinator.user
    assert found.membership.association == coordinator.association
    assert scope.current() is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "what", ["revoked", "expired", "membership", "association", "user", "network", "no address", "other text", "shape"]
)
def test_a_token_that_lacks_anything_is_none(coordinator: Membership, now: datetime, what: str) -> None:
    token, text = factories.make_token(coordinator, at=now, networks=["192.0.2.0/24"])
    ip, at = "192.0.2.1", now
    assert live_token(text, ip=ip, at=at)
    with scope.enter(coordinator.association_id):
        match what:
            case "revoked":
                actions.revoke_token(token, by=coordinator.user, at=now)
            case "membership":
                Membership.objects.filter(pk=coordinator.pk).update(revoked_at=now)
            case "association":
                coordinator.association.is_active = False
                coordinator.association.save(update_fields=["is_active"])
            case "user":
                coordinator.user.is_active = False
                coordinator.user.save(update_fields=["is_active"])
    match what:
        case "expired":
            at = now + timedelta(days=90)
        case "network":
            ip = "198.51.100.1"
        case "no address":
            ip = ""
        case "other text":
            text = text[:-1] + ("A" if text[-1] != "A" else "B")
        case "shape":
            text = text.removeprefix("opp_")

    assert live_token(text, ip=ip, at=at) is None


# The day of use


@pytest.mark.django_db
def test_the_last_day_of_use_is_written_once_a_day(
    coordinator: Membership, today: date, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token, _ = factories.make_token(coordinator, at=now)
    with scope.enter(coordinator.association_id):
        actions.note_use(token, today=today)
        token.refresh_from_db()
        assert token.used_on == today
        with django_assert_num_queries(0):
            actions.note_use(token, today=today)
        actions.note_use(token, today=today - timedelta(days=1))
        token.refresh_from_db()

    assert token.used_on == today


# Who sees them


@pytest.mark.django_db
def test_a_list_of_tokens_is_for_coordinators_of_the_association(
    coordinator: Membership, volunteer: Membership, stranger: Membership, now: datetime
) -> None:
    from django.core.exceptions import PermissionDenied
    from django.http import Http404

    older, token = (factories.make_token(coordinator, at=now)[0] for _ in range(2))
    with scope.enter(coordinator.association_id):
        assert access.tokens_for(coordinator) == [token, older]
        assert access.count_of_tokens(coordinator, at=now) == 2
        assert [access.api_token_for(coordinator, one.pk) for one in (token, older)] == [token, older]
        for asked in (access.tokens_for, partial(access.count_of_tokens, at=now)):
            with pytest.raises(PermissionDenied):
                asked(volunteer)
        with pytest.raises(PermissionDenied):
            access.api_token_for(volunteer, token.pk)
    with scope.enter(stranger.association_id):
        assert access.tokens_for(stranger) == []
        with pytest.raises(Http404):
            access.api_token_for(stranger, token.pk)


@pytest.mark.django_db
def test_a_list_of_tokens_reads_the_keys_of_all_at_once(
    coordinator: Membership, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = [factories.make_token(coordinator, at=now)[0] for _ in range(3)]
    with scope.enter(coordinator.association_id):
        labels = {one.label for one in made}
        forget_keys()
        rows = access.tokens_for(coordinator)
        with django_assert_num_queries(0):
            assert {row.label for row in rows} == labels
