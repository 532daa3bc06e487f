"""A decision by two takes two who have had the right for a week: one person does not make their own second one."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from accounts import access, actions, scope
from accounts.access import TooNew
from accounts.models import Association, AuditEntry, FactorReset, Invitation, Membership
from accounts.rules.audit import AuditKind
from accounts.rules.roles import Role
from cases.actions import approve_export
from cases.actions.alerting import tell_of_alerts
from cases.models import Export
from notifications import registry
from notifications.models import Notice
from tests import factories
from tests.people import HouseClient, location, signed_in
from tests.web.desk.authenticator import enrol
from tests.web.desk.conftest import OpenOne

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)
FROM = "lundi 30 novembre 2026, 10 h"


def at_desk(membership: Membership) -> HouseClient:
    return signed_in(membership.user, association=membership.association)


def sent(membership: Membership, **typed: Any) -> dict[str, Any]:
    return {"association": membership.association_id, "token": str(uuid4()), **typed}


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()
    return " ".join(response.content.decode().replace("\u00a0", " ").replace("\u202f", " ").split())


def joined_by(inviter: Membership, *roles: Role, at: datetime) -> Membership:
    """Somebody new, by an invitation of this coordinator."""
    invitation, _ = factories.make_invitation(inviter.association, by=inviter.user, roles=roles, at=at)
    with scope.enter(inviter.association_id):
        fresh = Invitation.objects.get(pk=invitation.pk)
        user = actions.accept_invitation(fresh, password=factories.PASSWORD, name="Zqdeux", at=at)
    [membership] = access.memberships_of(user)
    return membership


def given(membership: Membership, *roles: Role, by: Membership, at: datetime) -> Membership:
    with scope.enter(membership.association_id):
        actions.change_roles(membership, roles=roles, by=by.user, at=at)
    return membership


def decided(export: Export, by: Membership, decision: str = "approve") -> Any:
    return at_desk(by).post(reverse("desk:export", args=[export.pk]), sent(by, seen=1, decision=decision))


# Lists


def test_a_coordinator_s_fresh_delegate_approves_nothing_for_a_week(
    open_one: OpenOne, coordinator: Membership, now: datetime, clock: time_machine.Traveller
) -> None:
    open_one()
    second = joined_by(coordinator, Role.DATA_DELEGATE, at=now)
    export = factories.make_export(coordinator, at=now)
    address = reverse("desk:export", args=[export.pk])

    assert f"c’est possible à partir du {FROM}" in text_of(at_desk(coordinator).get(address))
    page = text_of(at_desk(second).get(address))
    assert f"ne peut être approuvée qu’à partir du {FROM}" in page
    assert 'value="approve"' not in page
    assert FROM in text_of(decided(export, second), 409)
    with scope.enter(export.association_id), pytest.raises(TooNew):
        approve_export(export, by=second, seen=1, at=now + timedelta(hours=23))

    clock.move_to(now + WEEK)
    later = factories.make_export(coordinator, at=now + WEEK)
    assert location(decided(later, second)) == reverse("desk:exports")


def test_whoever_is_too_new_to_approve_may_refuse(open_one: OpenOne, coordinator: Membership, now: datetime) -> None:
    open_one()
    second = joined_by(coordinator, Role.DATA_DELEGATE, at=now)
    export = factories.make_export(coordinator, at=now)

    assert location(decided(export, second, "refuse")) == reverse("desk:exports")


def test_a_fresh_referent_asks_for_nothing_that_an_old_coordinator_would_approve(
    open_one: OpenOne, coordinator: Membership, now: datetime
) -> None:
    open_one()
    second = joined_by(coordinator, Role.REFERENT, at=now)
    browser, ask = at_desk(second), reverse("desk:export_ask")

    page = text_of(browser.get(ask))
    assert f"c’est possible à partir du {FROM}" in page
    assert "Compter les dossiers" not in page
    typed = sent(second, people="with", reason="Appeler.", counted="1")
    assert FROM in text_of(browser.post(ask, typed), 409)
    with pytest.raises(TooNew):
        factories.make_export(second, at=now)
    with scope.enter(second.association_id):
        assert not Export.objects.exists()


def test_a_role_counts_from_the_day_it_was_given_whoever_gave_it(
    open_one: OpenOne, coordinator: Membership, volunteer: Membership, colleague: Membership, now: datetime
) -> None:
    """A coordinator of an hour who makes a third one adds no voice either."""
    open_one()
    between = given(volunteer, Role.COORDINATOR, by=coordinator, at=now - timedelta(days=1))
    given(colleague, Role.COORDINATOR, by=between, at=now)
    export = factories.make_export(coordinator, at=now)

    for second in (between, colleague):
        text_of(decided(export, second), 409)


def test_another_role_beside_the_old_one_takes_no_voice_away(
    open_one: OpenOne, coordinator: Membership, delegate: Membership, now: datetime
) -> None:
    open_one()
    given(delegate, Role.DATA_DELEGATE, Role.COORDINATOR, by=coordinator, at=now)
    export = factories.make_export(coordinator, at=now)

    assert location(decided(export, delegate)) == reverse("desk:exports")


def test_a_right_that_was_taken_and_given_back_begins_anew(
    open_one: OpenOne, coordinator: Membership, delegate: Membership, now: datetime
) -> None:
    open_one()
    given(delegate, Role.VOLUNTEER, by=coordinator, at=now - timedelta(days=2))
    given(delegate, Role.DATA_DELEGATE, by=coordinator, at=now - timedelta(days=1))
    export = factories.make_export(coordinator, at=now)

    text_of(decided(export, delegate), 409)


# A lost factor


def test_a_fresh_coordinator_takes_no_factor_off_for_a_week(
    coordinator: Membership, volunteer: Membership, now: datetime, clock: time_machine.Traveller
) -> None:
    enrol(volunteer.user)
    second = joined_by(coordinator, Role.COORDINATOR, at=now)
    ask = reverse("desk:member_reset", args=[volunteer.pk])

    for one in (coordinator, second):
        page = text_of(at_desk(one).get(ask))
        assert f"c’est possible à partir du {FROM}" in page
        assert "Demander la réinitialisation" not in page
        text_of(at_desk(one).post(ask, sent(one)), 409)
    with scope.enter(volunteer.association_id):
        with pytest.raises(TooNew):
            actions.ask_reset(volunteer, by=second.user, at=now)
        reset = actions.ask_reset(volunteer, by=coordinator.user, at=now)
        with pytest.raises(TooNew):
            actions.approve_reset(reset, by=second.user, at=now)
    approve = reverse("desk:reset_approve", args=[reset.pk])
    assert FROM in text_of(at_desk(second).get(approve), 409)
    assert FROM in text_of(at_desk(second).post(approve, sent(second)), 409)
    assert access.has_factor(volunteer.user)

    clock.move_to(now + WEEK)
    at_desk(coordinator).post(ask, sent(coordinator))
    with scope.enter(volunteer.association_id):
        again = FactorReset.objects.latest("pk")
    done = at_desk(second).post(reverse("desk:reset_approve", args=[again.pk]), sent(second))
    assert location(done) == reverse("desk:team")
    assert not access.has_factor(volunteer.user)


# The others hear of it


def powers(association: Association) -> list[AuditEntry]:
    with scope.enter(association.pk):
        return list(AuditEntry.objects.filter(kind=AuditKind.POWER_GIVEN).order_by("pk"))


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.DATA_DELEGATE])
def test_a_role_that_decides_for_others_raises_an_alert_mailed_to_the_other_watchers(
    role: Role, coordinator: Membership, second: Membership, volunteer: Membership, now: datetime
) -> None:
    given(volunteer, role, by=coordinator, at=now)

    [alert] = powers(coordinator.association)
    with scope.enter(alert.association_id):
        tell_of_alerts(at=now)
        [notice] = Notice.objects.filter(kind="security_alert")
        told = registry.kind_of("security_alert").recipient(notice)
    assert told
    assert told.email == second.user.email
    page = text_of(at_desk(second).get(reverse("desk:security")))
    assert f"{coordinator.user.name} a donné à {volunteer.user.name} un rôle qui décide pour d’autres" in page
    assert f"?qui={coordinator.pk}" in page


def test_an_invitation_to_such_a_role_raises_it_when_it_is_accepted(
    coordinator: Membership, second: Membership, now: datetime
) -> None:
    invited = joined_by(coordinator, Role.DATA_DELEGATE, at=now)

    [alert] = powers(coordinator.association)
    assert (alert.by_id, alert.about_id) == (coordinator.user_id, str(invited.pk))


def test_other_roles_raise_none_nor_does_a_role_that_adds_no_such_right(
    coordinator: Membership, volunteer: Membership, delegate: Membership, now: datetime
) -> None:
    given(volunteer, Role.REFERENT, by=coordinator, at=now)
    given(delegate, Role.DATA_DELEGATE, Role.REFERENT, by=coordinator, at=now)
    joined_by(coordinator, Role.VOLUNTEER, Role.REFERENT, at=now)

    assert powers(coordinator.association) == []


def test_neither_who_gave_nor_who_got_it_sees_it_away_while_another_could(
    coordinator: Membership, second: Membership, volunteer: Membership, now: datetime
) -> None:
    given(volunteer, Role.COORDINATOR, by=coordinator, at=now)
    [alert] = powers(coordinator.association)
    address = reverse("desk:alert_seen", args=[alert.pk])

    for one in (coordinator, volunteer):
        assert at_desk(one).post(address, sent(one)).status_code == 403
    assert location(at_desk(second).post(address, sent(second))) == reverse("desk:security")


def test_where_nobody_else_watches_one_of_the_two_may_see_it(
    coordinator: Membership, volunteer: Membership, now: datetime
) -> None:
    given(volunteer, Role.COORDINATOR, by=coordinator, at=now)
    [alert] = powers(coordinator.association)

    done = at_desk(coordinator).post(reverse("desk:alert_seen", args=[alert.pk]), sent(coordinator))
    assert location(done) == reverse("desk:security")
