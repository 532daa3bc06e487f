"""Whoever works here hears by mail that what protects their account changed."""

from datetime import datetime, timedelta

import pytest

from accounts import actions as accounts
from accounts import scope
from accounts.models import Association, AuditEntry, Membership
from accounts.rules.audit import AuditKind
from accounts.rules.roles import Role
from cases import actions
from notifications import registry
from notifications.models import Notice
from tests import factories

MINUTE = timedelta(minutes=1)


def sweep(now: datetime) -> None:
    actions.sweep(today=now.date(), at=now)


def told(association: Association) -> list[Notice]:
    with scope.enter(association.pk):
        return list(Notice.objects.filter(kind="account_changed").order_by("pk"))


@pytest.mark.parametrize(
    "kind", [AuditKind.FACTOR_ADDED, AuditKind.FACTOR_REMOVED, AuditKind.CODES_RENEWED, AuditKind.PASSWORD_CHANGED]
)
def test_each_change_of_what_protects_an_account_is_told_once_to_its_owner(
    volunteer: Membership, now: datetime, kind: AuditKind
) -> None:
    accounts.record_factor_change(volunteer.user, kind, factor="totp", at=now)

    sweep(now)
    sweep(now + MINUTE)

    [notice] = told(volunteer.association)
    with scope.enter(volunteer.association_id):
        recipient = registry.kind_of(notice.kind).recipient(notice)
    assert recipient
    assert recipient.email == volunteer.user.email


def test_what_the_operator_takes_off_is_told(volunteer: Membership, now: datetime) -> None:
    accounts.reset_by_operator(volunteer.user, at=now)

    sweep(now)

    assert len(told(volunteer.association)) == 1


def test_somebody_of_two_associations_is_told_once(
    volunteer: Membership, other_association: Association, now: datetime
) -> None:
    accounts.join(other_association.pk, user=volunteer.user, roles=[Role.VOLUNTEER], at=now)
    accounts.change_password(volunteer.user, password=factories.PASSWORD, at=now)

    sweep(now)

    assert len(told(volunteer.association)) == 1
    assert told(other_association) == []


def test_nothing_is_told_of_another_entry_nor_of_an_old_one(
    volunteer: Membership, coordinator: Membership, now: datetime
) -> None:
    accounts.record_factor_change(volunteer.user, AuditKind.FACTOR_ADDED, factor="totp", at=now - timedelta(days=15))
    with scope.enter(volunteer.association_id):
        accounts.close_sessions_of(volunteer, by=coordinator.user, at=now)
        AuditEntry.objects.record(AuditKind.SIGNED_IN, at=now, by=volunteer.user)

    sweep(now)

    assert told(volunteer.association) == []
