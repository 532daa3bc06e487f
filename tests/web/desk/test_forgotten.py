"""A forgotten password: the operator sends a link to the account's own address, and the factor is still asked."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

from accounts import access, actions, scope
from accounts.models import Association, AuditEntry, Invitation, Membership, SignIn, SignInEnd
from accounts.rules.audit import AuditKind
from accounts.rules.roles import Role
from tests import factories
from tests.people import HouseClient, location
from tests.web.desk.authenticator import enrol

NEW_PASSWORD = "cinq mots pour une phrase"
Reset = Callable[[Membership], str]


@pytest.fixture
def reset(monkeypatch: pytest.MonkeyPatch, mailoutbox: list[object]) -> Reset:
    """The path of the link that the command mailed; it says nothing of it, nor of the address."""

    def run(membership: Membership) -> str:
        said = io.StringIO()
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{membership.user.email}\n"))
        call_command("reset_password", stdout=said)
        mail = mailoutbox[-1]
        assert mail.to == [membership.user.email]  # type: ignore[attr-defined]  # a mail
        [link] = re.findall(r"https?://[^/]+(/invitation/\S+)", mail.body)  # type: ignore[attr-defined]  # a mail
        assert link not in said.getvalue()
        assert membership.user.email not in said.getvalue()
        return str(link)

    return run


def choose(browser: HouseClient, link: str) -> str:
    typed = {"name": "Nadia Berger", "password": NEW_PASSWORD, "pledge": "on"}
    return location(browser.post(link, typed))


def test_the_link_lets_its_owner_choose_a_password_and_the_factor_is_still_asked(
    client: HouseClient, volunteer: Membership, reset: Reset
) -> None:
    enrol(volunteer.user)
    link = reset(volunteer)

    assert choose(client, link).startswith("/compte/")

    volunteer.user.refresh_from_db()
    assert volunteer.user.check_password(NEW_PASSWORD)
    assert access.has_factor(volunteer.user)
    assert location(client.get("/desk/")).startswith("/compte/connexion/")
    assert len(access.memberships_of(volunteer.user)) == 1


def test_the_old_password_and_every_session_are_off_and_it_is_recorded_everywhere(
    volunteer: Membership, other_association: Association, reset: Reset, now: datetime
) -> None:
    elsewhere = actions.join(other_association.pk, user=volunteer.user, roles=[Role.VOLUNTEER], at=now)
    session = factories.make_sign_in(volunteer.user, at=now)

    reset(volunteer)

    volunteer.user.refresh_from_db()
    assert not volunteer.user.check_password(factories.PASSWORD)
    assert SignIn.objects.get(pk=session.pk).end == SignInEnd.PASSWORD
    for membership in (volunteer, elsewhere):
        with scope.enter(membership.association_id):
            [line] = AuditEntry.objects.filter(kind=AuditKind.PASSWORD_CHANGED)
        assert (line.by, line.about_id) == (None, str(membership.pk))


def test_it_works_once_within_three_days_and_only_the_last_link(
    client: HouseClient, volunteer: Membership, reset: Reset, clock: time_machine.Traveller
) -> None:
    first = reset(volunteer)
    second = reset(volunteer)
    assert client.get(first).status_code == 410

    clock.shift(timedelta(hours=73))
    assert client.get(second).status_code == 410

    third = reset(volunteer)
    assert client.get(third).status_code == 200
    choose(client, third)
    assert HouseClient().get(third).status_code == 410


def test_whoever_is_let_go_meanwhile_does_not_come_back_by_it(
    client: HouseClient, volunteer: Membership, coordinator: Membership, reset: Reset, now: datetime
) -> None:
    link = reset(volunteer)
    with scope.enter(volunteer.association_id):
        actions.revoke_membership(volunteer, by=coordinator.user, at=now)

    assert client.get(link).status_code == 410


def test_a_mail_that_is_refused_is_said_and_a_stranger_gets_none(
    volunteer: Membership, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[object]
) -> None:
    monkeypatch.setattr("web.management.commands.reset_password.send_now", lambda *_, **__: False)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{volunteer.user.email}\n"))
    with pytest.raises(CommandError, match="could not be sent"):
        call_command("reset_password")

    monkeypatch.setattr("sys.stdin", io.StringIO("inconnue@exemple.invalid\n"))
    with pytest.raises(CommandError, match="No account has this address"):
        call_command("reset_password")

    assert mailoutbox == []
    with scope.enter(volunteer.association_id):
        assert Invitation.objects.count() == 1
