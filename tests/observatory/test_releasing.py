from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts import scope
from accounts.models import Association, Membership
from observatory import access, actions
from observatory.models import (
    CountedPerson,
    LedgerLine,
    Release,
    ReleaseFile,
    ReleaseIsPublished,
    StatEvent,
    StatPlan,
)
from observatory.rules.lifecycle import State
from tests.observatory.conftest import AT, TODAY, Handed, person, persons


@pytest.fixture
def published(measured: Release, delegate: Membership) -> Release:
    actions.review(measured, by=delegate.user, at=AT)
    actions.publish(measured, by=delegate.user, at=AT)
    return measured


def test_a_release_is_reviewed_then_published(measured: Release, delegate: Membership) -> None:
    assert not actions.publish(measured, by=delegate.user, at=AT)
    assert actions.review(measured, by=delegate.user, at=AT)
    assert actions.publish(measured, by=delegate.user, at=AT)

    assert (measured.state, measured.reviewed_by, measured.published_by) == (
        State.PUBLISHED,
        delegate.user,
        delegate.user,
    )


def test_each_step_is_won_once(published: Release, delegate: Membership) -> None:
    assert not actions.review(published, by=delegate.user, at=AT)
    assert not actions.publish(published, by=delegate.user, at=AT)
    assert not actions.reject(published, by=delegate.user, at=AT)


def test_a_rejected_release_never_appears(measured: Release, delegate: Membership) -> None:
    assert actions.reject(measured, by=delegate.user, at=AT)

    assert not actions.review(measured, by=delegate.user, at=AT)
    assert not actions.publish(measured, by=delegate.user, at=AT)
    assert access.published_releases() == []


def test_a_published_release_refuses_every_change(published: Release) -> None:
    published.title = "Autre"
    with pytest.raises(ReleaseIsPublished):
        published.save(update_fields=["title"])
    with pytest.raises(ReleaseIsPublished):
        published.delete()
    with pytest.raises(ReleaseIsPublished):
        Release.objects.update(title="Autre")
    with pytest.raises(ReleaseIsPublished):
        Release.objects.filter(pk=published.pk).delete()

    assert Release.objects.get().title != "Autre"


def test_files_and_ledger_are_written_once(published: Release) -> None:
    file, line = ReleaseFile.objects.get(), LedgerLine.objects.get()

    for row in (file, line):
        with pytest.raises(TypeError):
            row.save()
        with pytest.raises(TypeError):
            row.delete()
    with pytest.raises(TypeError):
        ReleaseFile.objects.update(size=1)
    with pytest.raises(TypeError):
        LedgerLine.objects.all().delete()


def test_the_database_knows_no_publication_without_review(measured: Release) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.update(state=State.PUBLISHED, published_at=AT)


def test_events_go_when_every_table_has_ended_and_persons_stay_counted(
    published: Release, delegate: Membership, handed: Handed
) -> None:
    assert StatEvent.objects.count() == 220

    second = actions.measure(published.plan, table="S2", period="2025", by=None, at=AT)
    actions.reject(second, by=delegate.user, at=AT)

    assert not StatEvent.objects.exists()
    assert CountedPerson.objects.count() == 220
    actions.freeze_campaign(handed.campaign(), today=TODAY + timedelta(days=1))
    assert not StatEvent.objects.exists()


def test_events_of_other_periods_and_kinds_stay(here: Association, handed: Handed, delegate: Membership) -> None:
    handed.tallies = [
        *persons(30),
        *persons(2, start=100, month=date(2026, 1, 1)),
        person("f" * 64, kind="ouverture"),
    ]
    actions.freeze_campaign(handed.campaign(), today=TODAY)
    plan = StatPlan.objects.get()
    for table in ("S1", "S2"):
        actions.reject(actions.measure(plan, table=table, period="2025", by=None, at=AT), by=delegate.user, at=AT)

    assert [event.month for event in StatEvent.objects.filter(kind="bilan")] == [date(2026, 1, 1)] * 2


def test_twelve_months_of_edits_leave_old_files_as_they_are(
    here: Association, handed: Handed, delegate: Membership
) -> None:
    handed.declared_size = 9000
    files: dict[str, bytes] = {}
    for month in range(1, 13):
        handed.tallies = [*handed.tallies, *persons(40, start=month * 100, month=date(2025, month, 1))]
        handed.tallies[0] = person(handed.tallies[0].person_key, month=date(2025, 1, 1), outcome5="refused")
        end = date(2025 + month // 12, month % 12 + 1, 1)
        actions.freeze_campaign(handed.campaign(), today=end)
        release = actions.measure(
            StatPlan.objects.get(), table="L1", period=f"2025-{month:02}", by=None, at=AT.replace(year=2026, month=1)
        )
        actions.review(release, by=delegate.user, at=AT)
        actions.publish(release, by=delegate.user, at=AT)
        files[release.slug] = bytes(ReleaseFile.objects.get(release=release).content)

    for slug, content in files.items():
        file = access.published_file(slug)
        assert file is not None
        assert file.content == content


def test_releases_stay_inside_their_association(published: Release, other_association: Association) -> None:
    with scope.enter(other_association.pk):
        assert not Release.objects.exists()
        assert not ReleaseFile.objects.exists()
        assert not LedgerLine.objects.exists()
        assert not StatEvent.objects.exists()
