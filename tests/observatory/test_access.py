from fractions import Fraction
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts import scope
from accounts.models import Membership
from accounts.rules.roles import Right
from observatory import access, actions
from observatory.models import Release, ReleaseFile, StatPlan
from observatory.rules.lifecycle import State
from observatory.rules.review import Light, light
from tests.observatory.conftest import AT, TODAY, nobody_in_scope


@pytest.fixture
def published(measured: Release, delegate: Membership) -> Release:
    actions.review(measured, by=delegate.user, at=AT)
    actions.publish(measured, by=delegate.user, at=AT)
    return measured


def test_a_published_release_is_read_without_a_scope(published: Release) -> None:
    with nobody_in_scope():
        view = access.published_release(published.slug)
        [listed] = access.published_releases()

    assert view is not None
    assert view == listed
    assert (view.title.fr, view.campaign) == ("Issue des démarches, 2025", "Mon espace santé 2025")
    assert (view.publisher, view.period, view.total) == ("Union des usagers", "2025", None)
    assert [row.label.en for row in view.rows] == ["Obtained", "Refused or unanswered", "Abandoned"]
    assert [row.margin for row in view.rows if not row.hidden] == [4] * (3 - sum(row.hidden for row in view.rows))
    assert abs((view.rows[0].value or 0) - 120) <= 30
    assert "95" in view.method.fr


@pytest.mark.parametrize("state", [State.MEASURED, State.REVIEWED, State.REJECTED])
def test_nothing_unpublished_is_read_without_a_scope(measured: Release, delegate: Membership, state: State) -> None:
    if state is State.REVIEWED:
        actions.review(measured, by=delegate.user, at=AT)
    if state is State.REJECTED:
        actions.reject(measured, by=delegate.user, at=AT)

    with nobody_in_scope():
        assert access.published_release(measured.slug) is None
        assert access.published_file(measured.slug) is None
        assert access.published_releases() == []


def test_an_unknown_release_is_none(published: Release) -> None:
    with nobody_in_scope():
        assert access.published_release("inconnu") is None
        assert access.published_file("inconnu") is None


def test_the_public_list_costs_two_queries(published: Release, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        access.published_releases()


def test_a_published_file_is_what_was_measured(published: Release) -> None:
    stored = ReleaseFile.objects.get()

    file = access.published_file(published.slug)

    assert file is not None
    assert (file.name, file.sha256, file.content) == (f"{published.slug}.csv", stored.sha256, bytes(stored.content))
    assert access.altered_files() == []


def test_reviewers_see_what_they_judge_by(measured: Release, delegate: Membership, coordinator: Membership) -> None:
    for membership in (delegate, coordinator):
        [listed] = access.releases_for(membership)
        view = access.review_for(membership, measured.slug)
        assert view == listed

    assert (view.state, view.state_label.fr, view.cells) == (State.MEASURED, "Mesuré, à relire", 3)
    assert (view.spent, view.cap, view.uncounted) == (Fraction(7, 10), Fraction(3, 2), ())
    assert view.light in {Light.AMBER, Light.RED, Light.GREEN}


def test_a_release_whose_draw_failed_has_no_rows(
    plan: StatPlan, delegate: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("observatory.actions.measuring._write_file", lambda *args: 1 // 0)
    actions.measure(plan, table="S1", period="2025", by=None, at=AT)

    [view] = access.releases_for(delegate)

    assert (view.state, view.release.rows, view.release.file_name, view.light) == (State.REJECTED, (), "", Light.RED)


def test_volunteers_see_no_unpublished_figures(measured: Release, volunteer: Membership, referent: Membership) -> None:
    for membership in (volunteer, referent):
        with pytest.raises(PermissionDenied):
            access.releases_for(membership)
        with pytest.raises(PermissionDenied):
            access.review_for(membership, measured.slug)
        with pytest.raises(PermissionDenied):
            access.offers_for(membership, today=TODAY)
        with pytest.raises(PermissionDenied):
            access.plan_for_measure(membership, measured.plan_id)


def test_measuring_and_reviewing_are_two_rights(
    measured: Release, coordinator: Membership, delegate: Membership
) -> None:
    assert access.release_for(delegate, measured.slug, to=Right.FIGURES_REVIEW) == measured
    assert access.plan_for_measure(coordinator, measured.plan_id) == measured.plan
    with pytest.raises(PermissionDenied):
        access.release_for(coordinator, measured.slug, to=Right.FIGURES_REVIEW)
    with pytest.raises(PermissionDenied):
        access.plan_for_measure(delegate, measured.plan_id)


def test_another_association_finds_nothing(measured: Release, stranger: Membership) -> None:
    with scope.enter(stranger.association_id):
        assert access.releases_for(stranger) == []
        assert access.offers_for(stranger, today=TODAY) == []
        with pytest.raises(Http404):
            access.review_for(stranger, measured.slug)
        with pytest.raises(Http404):
            access.plan_for_measure(stranger, measured.plan_id)


def test_what_may_be_measured_is_offered_once(plan: StatPlan, coordinator: Membership) -> None:
    offers = access.offers_for(coordinator, today=TODAY)
    assert [(offer.table, offer.period, offer.ready) for offer in offers] == [
        ("S1", "2025", True),
        ("S2", "2025", True),
    ]
    assert (offers[0].plan_id, offers[0].title.fr) == (plan.pk, "Issue des démarches, 2025")

    actions.measure(plan, table="S1", period="2025", by=None, at=AT)

    assert [offer.table for offer in access.offers_for(coordinator, today=TODAY)] == ["S2"]
    assert [offer.ready for offer in access.offers_for(coordinator, today=TODAY.replace(year=2027))] == [False, False]


@pytest.mark.parametrize(
    ("figures", "colour"),
    [
        ([(100, 4), (90, 9)], Light.GREEN),
        ([(100, 4), (40, 8), (None, None)], Light.AMBER),
        ([(100, 4), (12, 4)], Light.RED),
        ([(None, None), (None, None)], Light.RED),
        ([], Light.RED),
    ],
)
def test_the_light_follows_the_worst_number(figures: list[tuple[int | None, int | None]], colour: Light) -> None:
    assert light(figures) is colour


def test_scope_is_needed_for_everything_but_the_doors(measured: Release, delegate: Membership) -> None:
    with nobody_in_scope(), pytest.raises(scope.OutOfScope):
        access.releases_for(delegate)
