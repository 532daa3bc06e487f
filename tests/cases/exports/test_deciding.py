"""Two people decide: never one alone, never too late."""

from datetime import date, datetime, timedelta

import pytest

from accounts import scope
from accounts.models import Association, AuditEntry, Membership
from accounts.rules.audit import AuditKind
from accounts.rules.roles import Role
from cases import actions
from cases.actions import WrongCount
from cases.models import Export
from cases.rules.exports import Selection
from notifications.models import Notice
from tests import factories
from tests.cases.exports.conftest import DAY, OpenOne, approve


@pytest.mark.django_db
def test_another_person_approves_and_the_asker_is_told(
    open_one: OpenOne, referent: Membership, delegate: Membership, now: datetime
) -> None:
    open_one()
    export = factories.make_export(referent, at=now)
    later = now + timedelta(hours=5)

    assert approve(export, delegate, at=later)

    with scope.enter(referent.association_id):
        export.refresh_from_db()
        assert Notice.objects.filter(kind="export_decided").count() == 1
        assert AuditEntry.objects.filter(kind=AuditKind.EXPORT_APPROVED, by=delegate.user).count() == 1
    assert (export.is_approved, export.decided_by_id, export.approved_count) == (True, delegate.user_id, 1)
    assert export.expires_at == later + DAY


@pytest.mark.django_db
def test_one_s_own_request_is_never_approved_by_oneself(
    open_one: OpenOne, coordinator: Membership, now: datetime
) -> None:
    """Neither by the action, nor by the database."""
    from django.db import IntegrityError, transaction

    open_one()
    export = factories.make_export(coordinator, at=now)

    assert not approve(export, coordinator, at=now)
    with scope.enter(coordinator.association_id):
        assert not AuditEntry.objects.filter(kind=AuditKind.EXPORT_APPROVED).exists()
        with pytest.raises(IntegrityError), transaction.atomic():
            Export.objects.filter(pk=export.pk).update(is_approved=True, decided_by=coordinator.user, decided_at=now)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.REFERENT, Role.VOLUNTEER, Role.RECEPTION])
def test_who_may_not_approve_does_not(
    open_one: OpenOne, referent: Membership, association: Association, now: datetime, role: Role
) -> None:
    open_one()
    export = factories.make_export(referent, at=now)
    somebody = factories.make_membership(association, role)

    assert not approve(export, somebody, at=now)
    with scope.enter(association.pk):
        assert not actions.refuse_export(export, by=somebody, at=now)


@pytest.mark.django_db
def test_a_day_later_nobody_decides_any_more(
    open_one: OpenOne, referent: Membership, delegate: Membership, now: datetime
) -> None:
    open_one()
    export = factories.make_export(referent, at=now)

    assert not approve(export, delegate, at=now + DAY)
    with scope.enter(referent.association_id):
        assert not actions.refuse_export(export, by=delegate, at=now + DAY)


@pytest.mark.django_db
def test_a_decision_stands(approved: Export, coordinator: Membership, now: datetime) -> None:
    assert not approve(approved, coordinator, at=now)
    with scope.enter(coordinator.association_id):
        assert not actions.refuse_export(approved, by=coordinator, at=now)


@pytest.mark.django_db
def test_an_approver_decides_upon_the_number_that_they_read(
    open_one: OpenOne, referent: Membership, delegate: Membership, today: date, now: datetime
) -> None:
    case = open_one()
    open_one()
    export = factories.make_export(referent, at=now, selection=Selection(state="to_act"))
    with scope.enter(referent.association_id):
        actions.close_case(case, outcome="abandoned", today=today, at=now, by=referent.user)

    with pytest.raises(WrongCount) as changed:
        approve(export, delegate, at=now, seen=2)

    assert changed.value.count == 1
    assert approve(export, delegate, at=now, seen=1)


@pytest.mark.django_db
def test_the_request_of_somebody_who_left_or_lost_the_right_is_not_approved(
    open_one: OpenOne, referent: Membership, delegate: Membership, now: datetime
) -> None:
    open_one()
    export = factories.make_export(referent, at=now)
    with scope.enter(referent.association_id):
        Membership.objects.filter(pk=referent.pk).update(roles=[Role.VOLUNTEER])

    assert not approve(export, delegate, at=now, seen=1)


@pytest.mark.django_db
def test_who_asked_may_withdraw(open_one: OpenOne, referent: Membership, delegate: Membership, now: datetime) -> None:
    open_one()
    export = factories.make_export(referent, at=now)
    with scope.enter(referent.association_id):
        assert actions.refuse_export(export, by=referent, at=now)
        assert not Notice.objects.filter(kind="export_decided").exists()

    assert not approve(export, delegate, at=now)
