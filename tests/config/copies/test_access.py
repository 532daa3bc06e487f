"""What a restore gives back beside the rows: nobody's session, no used code, no invitation that was answered since."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts import actions, scope
from accounts.fields import forget_keys
from accounts.models import Invitation, Membership, SignIn, SignInCode, User
from accounts.rules.roles import Role
from tests import factories
from tests.config.copies.conftest import backup, restore
from tests.people import signed_in


def test_no_browser_and_no_code_comes_back_with_a_restore(
    platform: Path, folder: Path, private: Path, now: datetime
) -> None:
    association = factories.make_association()
    user = factories.make_membership(association, Role.COORDINATOR).user
    browser = signed_in(user, association=association)
    assert browser.get("/desk/").status_code == 200
    actions.ask_code(user, at=now)
    backup(folder / "a.backup")
    actions.sign_out_elsewhere(user, keep=None, at=now)

    restore(folder / "a.backup", private, "--replace")

    forget_keys()
    assert browser.get("/desk/").status_code == 302
    assert not SignIn.objects.open().exists()
    assert not SignInCode.objects.exists()


def test_an_invitation_that_was_withdrawn_or_answered_since_opens_nothing(
    platform: Path, folder: Path, private: Path, now: datetime
) -> None:
    association = factories.make_association()
    by = factories.make_membership(association, Role.COORDINATOR).user
    withdrawn, answered, open_still = [factories.make_invitation(association, by=by, at=now)[0] for _ in range(3)]
    backup(folder / "a.backup")
    with scope.enter(association.pk):
        actions.revoke_invitation(withdrawn, by=by, at=now)
        actions.accept_invitation(answered, password="une phrase assez longue", name="A", at=now)

    restore(folder / "a.backup", private, "--replace")

    forget_keys()
    with scope.enter(association.pk):
        assert [one.pk for one in Invitation.objects.unanswered()] == [open_still.pk]
        assert Membership.objects.count() == 1


@pytest.mark.django_db
def test_an_invitation_without_its_key_makes_nobody_an_account(now: datetime) -> None:
    association = factories.make_association()
    by = factories.make_membership(association, Role.COORDINATOR).user
    invitation, _ = factories.make_invitation(association, by=by, at=now, roles=[Role.COORDINATOR])
    with scope.enter(association.pk):
        actions.destroy_keys([invitation.subject])
    people = User.objects.count()

    with scope.enter(association.pk):
        found = Invitation.objects.get(pk=invitation.pk)
        with pytest.raises(actions.InvitationClosed):
            actions.accept_invitation(found, password="une phrase assez longue", name="A", at=now)

    assert User.objects.count() == people


@pytest.mark.postgres
def test_a_restore_takes_the_time_that_a_request_may_not(
    platform: Path, folder: Path, private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every statement of it runs without the limit that a page has, and the next one has it again."""
    options: dict[str, Any] = connection.settings_dict["OPTIONS"]
    monkeypatch.setitem(options, "options", "-c statement_timeout=10000")
    connection.close()
    backup(folder / "a.backup")
    limits = []
    monkeypatch.setattr("config.copies.restoring.complete_destroyed", lambda _: limits.append(limit()))
    monkeypatch.setattr("config.copies.restoring.end_every_session", lambda **_: limits.append(limit()))

    restore(folder / "a.backup", private, "--replace")

    assert [*limits, limit()] == ["0", "0", "10s"]


def limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])
