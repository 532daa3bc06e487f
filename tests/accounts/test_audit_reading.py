"""Who reads the audit log, what they find, and who takes an alert off the page."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts import access, actions, scope
from accounts.access import Asked
from accounts.models import Association, AuditEntry, Membership
from accounts.rules.audit import AuditKind
from accounts.rules.roles import Role
from tests import factories
from tests.accounts.conftest import record, rows


def test_the_log_is_read_by_whoever_may_and_found_by_what_is_asked(
    association: Association, coordinator: Membership, delegate: Membership, volunteer: Membership, now: datetime
) -> None:
    record(association, 3, at=now, by=volunteer)
    with scope.enter(association.pk):
        AuditEntry.objects.record(AuditKind.SEARCHED, at=now + timedelta(days=2), by=coordinator.user, found=0)
        found = {
            "all": len(access.entries(delegate, Asked())[0]),
            "by": len(access.entries(coordinator, Asked(by=volunteer.user_id))[0]),
            "case": len(access.entries(coordinator, Asked(case=2))[0]),
            "kind": len(access.entries(coordinator, Asked(kinds=(AuditKind.SEARCHED,)))[0]),
            "why": len(access.entries(coordinator, Asked(why="queue"))[0]),
            "since": len(access.entries(coordinator, Asked(since=now + timedelta(days=1)))[0]),
            "until": len(access.entries(coordinator, Asked(until=now + timedelta(days=1)))[0]),
        }
        for reader in (volunteer,):
            with pytest.raises(PermissionDenied):
                access.entries(reader, Asked())
            with pytest.raises(PermissionDenied):
                access.chain_state(reader)

    assert found == {"all": 4, "by": 3, "case": 1, "kind": 1, "why": 3, "since": 1, "until": 3}


def test_pages_of_the_log_hold_every_entry_once(
    association: Association, coordinator: Membership, now: datetime
) -> None:
    record(association, 5, at=now)

    with scope.enter(association.pk):
        seen, before = list[int](), None
        while True:
            page, before = access.entries(coordinator, Asked(), before=before, limit=2)
            seen += [entry.pk for entry in page]
            if before is None:
                break

    assert seen == sorted((row.pk for row in rows(association)), reverse=True)


def test_another_associations_log_is_not_there(association: Association, stranger: Membership, now: datetime) -> None:
    record(association, 1, at=now)

    with scope.enter(stranger.association_id):
        assert access.entries(stranger, Asked())[0] == []
        with pytest.raises(Http404):
            access.alert_for(stranger, rows(association)[0].pk)


# Alerts


def alert(association: Association, *, by: Membership, at: datetime) -> AuditEntry:
    with scope.enter(association.pk):
        return AuditEntry.objects.record(AuditKind.MASS_READING, at=at, by=by.user, found=60)


def test_an_alert_stands_until_somebody_has_seen_it(
    association: Association, coordinator: Membership, delegate: Membership, volunteer: Membership, now: datetime
) -> None:
    raised = alert(association, by=volunteer, at=now)
    with scope.enter(association.pk):
        assert access.alerts_for(coordinator) == [raised]
        assert (access.alert_count(delegate), access.alert_count(volunteer)) == (1, 0)

        assert actions.see_alert(access.alert_for(delegate, raised.pk), by=delegate.user, at=now)
        assert not actions.see_alert(raised, by=coordinator.user, at=now)

        assert access.alerts_for(coordinator) == []
        [seen] = AuditEntry.objects.filter(kind=AuditKind.ALERT_SEEN)
        assert (seen.by_id, seen.about, seen.about_id) == (delegate.user_id, "entry", str(raised.pk))
        with pytest.raises(PermissionDenied):
            access.alerts_for(volunteer)


def test_an_alert_about_oneself_is_for_somebody_else_to_see(
    association: Association, coordinator: Membership, now: datetime
) -> None:
    raised = alert(association, by=coordinator, at=now)
    with scope.enter(association.pk):
        assert access.alert_for(coordinator, raised.pk) == raised  # nobody else could

    factories.make_membership(association, Role.DATA_DELEGATE)
    with scope.enter(association.pk), pytest.raises(PermissionDenied):
        access.alert_for(coordinator, raised.pk)
