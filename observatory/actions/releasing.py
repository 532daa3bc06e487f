"""A measured release is reviewed and published by people, whole, or rejected. Each step is won by one of them."""

from datetime import datetime

from django.db import transaction

from accounts import scope
from accounts.access import associations_at_work
from accounts.models import User
from observatory.actions.settling import settle
from observatory.models import Release
from observatory.rules.lifecycle import State, sources


@transaction.atomic
def review(release: Release, *, by: User, at: datetime) -> bool:
    """Somebody looked at the noisy figures as they will appear. False when a colleague moved the release first."""
    return _move(release, to=State.REVIEWED, reviewed_by=by, reviewed_at=at)


@transaction.atomic
def publish(release: Release, *, by: User | None, at: datetime) -> bool:
    """Show it to everybody, for ever. False when it is not reviewed or a colleague moved it first."""
    return _move(release, to=State.PUBLISHED, published_by=by, published_at=at)


def publish_reviewed(slug: str, *, at: datetime) -> bool:
    """For operators, who have no page: publish a reviewed release of any association by its name."""
    for association_id in associations_at_work():
        with scope.enter(association_id):
            release = Release.objects.filter(slug=slug).first()
            if release:
                return publish(release, by=None, at=at)
    return False


@transaction.atomic
def reject(release: Release, *, by: User, at: datetime) -> bool:
    """Never show it. It stays charged, and its table is not drawn again. False when a colleague moved it first."""
    return _move(release, to=State.REJECTED, rejected_by=by, rejected_at=at)


def _move(release: Release, *, to: State, **changes: User | datetime | None) -> bool:
    won = Release.objects.filter(pk=release.pk, state__in=sources(to)).update(state=to, **changes)
    release.refresh_from_db()
    if won:
        settle(release.plan)
    return bool(won)
