"""A release as anyone finds it: frozen, measured, reviewed and published, with nobody left in scope."""

import pytest

from accounts import scope
from accounts.models import Association, Membership
from cases import tallies
from observatory import access, actions
from observatory.access import ReleaseView
from observatory.models import Release, StatPlan
from tests.observatory.conftest import AT, TODAY, Handed, persons


def measure(association: Association, patch: pytest.MonkeyPatch, *, table: str = "S1") -> Release:
    """The year 2025: 120 obtained, 60 not, and so few abandoned that they are hidden, with another."""
    handed = Handed(tallies=[*persons(120), *persons(60, start=1000, outcome5="unanswered")])
    patch.setattr(tallies, "campaigns", handed.campaigns)
    patch.setattr(tallies, "to_freeze", handed.to_freeze)
    with scope.enter(association.pk):
        actions.freeze_campaign(handed.campaign(), today=TODAY)
        return actions.measure(StatPlan.objects.get(), table=table, period="2025", by=None, at=AT)


def publish(release: Release, *, by: Membership) -> ReleaseView:
    with scope.enter(release.association_id):
        actions.review(release, by=by.user, at=AT)
        actions.publish(release, by=by.user, at=AT)
    found = access.published_release(release.slug)
    assert found is not None
    return found
