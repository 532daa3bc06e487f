"""Figures on the desk: measured by coordinators, published by delegates, and nothing exact on any page."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import scope
from accounts.models import Association, Membership
from cases import tallies
from observatory import access, actions
from observatory.models import Release, StatPlan
from tests.observatory.conftest import Handed, persons
from tests.people import HouseClient, location, signed_in

TODAY = date(2026, 1, 10)
AT = datetime(2026, 1, 10, 9, 30, tzinfo=UTC)
EXACT = (1213, 617, 409)


def at_desk(membership: Membership) -> HouseClient:
    return signed_in(membership.user, association=membership.association)


def sent(association: Association) -> dict[str, Any]:
    return {"association": association.pk, "token": str(uuid4())}


@pytest.fixture
def plan(association: Association, monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller) -> StatPlan:
    """A small campaign whose last year is frozen, with numbers that would be recognised."""
    clock.move_to(AT)
    handed = Handed(
        tallies=[
            *persons(EXACT[0]),
            *persons(EXACT[1], start=2000, outcome5="unanswered"),
            *persons(EXACT[2], start=4000, outcome5="abandoned"),
        ]
    )
    monkeypatch.setattr(tallies, "campaigns", handed.campaigns)
    monkeypatch.setattr(tallies, "to_freeze", handed.to_freeze)
    with scope.enter(association.pk):
        actions.freeze_campaign(handed.campaign(), today=TODAY)
        frozen: StatPlan = StatPlan.objects.get()
    return frozen


@pytest.fixture
def measured(plan: StatPlan) -> Release:
    with scope.enter(plan.association_id):
        return actions.measure(plan, table="S1", period="2025", by=None, at=AT)


def measure_url(plan: StatPlan, *, table: str = "S1", period: str = "2025") -> str:
    return reverse("desk:figures_measure", args=[plan.pk, table, period])


def step(name: str, release: Release) -> str:
    return reverse(f"desk:{name}", args=[release.slug])


def test_measured_by_one_published_by_another_seen_by_all(
    client: HouseClient, plan: StatPlan, coordinator: Membership, delegate: Membership
) -> None:
    maker, reader = at_desk(coordinator), at_desk(delegate)
    assert measure_url(plan) in maker.get(reverse("desk:figures")).content.decode()
    assert "ne se recommence pas" in maker.get(measure_url(plan)).content.decode()

    address = location(maker.post(measure_url(plan), sent(plan.association)))
    assert "Tels qu’ils paraîtront" in reader.get(address).content.decode()
    assert "qui mesure ne publie pas" in maker.get(address).content.decode()
    assert client.get(reverse("public:figures")).content.decode().count(plan.title) == 0

    assert "J’ai relu ces nombres" in reader.get(address).content.decode()
    reader.post(f"{address}relire/", sent(plan.association))
    assert "Publier ces nombres" in reader.get(address).content.decode()
    page = reader.post(f"{address}publier/", sent(plan.association), follow=True).content.decode()
    [release] = access.published_releases()
    shown = reverse("public:release", args=[release.slug])

    assert shown in page
    assert plan.title in client.get(shown).content.decode()


def test_a_page_shows_the_file_and_never_an_exact_number(measured: Release, delegate: Membership) -> None:
    browser = at_desk(delegate)
    with scope.enter(measured.association_id):
        view = access.review_for(delegate, measured.slug)
    pages = (
        browser.get(step("release", measured)).content.decode() + browser.get(reverse("desk:figures")).content.decode()
    )

    numbers = {row.value for row in view.release.rows}
    for value in numbers - {None}:
        assert f"{value:,}".replace(",", "\u202f") in pages
    for exact in set(EXACT) - numbers:
        assert f">{exact}<" not in pages
        assert f"{exact:,}".replace(",", "\u202f") not in pages
    assert measured.method_fr[:40] in pages
    assert "%%" not in pages


def test_a_table_without_a_number_says_so(
    measured: Release, delegate: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scope.enter(measured.association_id):
        view = access.review_for(delegate, measured.slug)
    rows = tuple(replace(row, value=None, margin=None, hidden=True) for row in view.release.rows)
    hidden = replace(view, release=replace(view.release, rows=rows))
    browser = at_desk(delegate)
    assert "Tout est masqué" not in browser.get(step("release", measured)).content.decode()

    monkeypatch.setattr("observatory.access.review_for", lambda *_: hidden)

    assert "Tout est masqué" in browser.get(step("release", measured)).content.decode()


def test_the_list_costs_the_same_for_more_releases(plan: StatPlan, measured: Release, coordinator: Membership) -> None:
    browser, costs = at_desk(coordinator), []
    for table in ("", "S2"):
        if table:
            with scope.enter(plan.association_id):
                actions.measure(plan, table=table, period="2025", by=None, at=AT)
        with CaptureQueriesContext(connection) as asked:
            browser.get(reverse("desk:figures"))
        costs.append(len(asked))

    assert costs[0] == costs[1]


def test_the_ledger_shows_what_was_spent(measured: Release, coordinator: Membership) -> None:
    page = at_desk(coordinator).get(reverse("desk:figures")).content.decode()

    assert "0,70 dépensé sur 1,50" in page
    assert 'max="1.5"' in page


def test_a_second_measure_is_refused_and_says_why(measured: Release, plan: StatPlan, coordinator: Membership) -> None:
    browser = at_desk(coordinator)

    refused = browser.post(measure_url(plan), sent(plan.association))

    assert refused.status_code == 409
    assert "On ne mesure jamais deux fois" in refused.content.decode()
    assert browser.get(measure_url(plan)).status_code == 404


@pytest.mark.parametrize(("table", "period"), [("S9", "2025"), ("S1", "2026"), ("S1", "hier"), ("L1", "2025-01")])
def test_what_cannot_be_measured_is_not_offered(
    plan: StatPlan, coordinator: Membership, table: str, period: str
) -> None:
    browser = at_desk(coordinator)
    address = measure_url(plan, table=table, period=period)

    assert browser.get(address).status_code == 404
    assert browser.post(address, sent(plan.association)).status_code == 409
    with scope.enter(plan.association_id):
        assert not Release.objects.exists()


def test_steps_are_won_once_and_in_order(measured: Release, delegate: Membership) -> None:
    browser, typed = at_desk(delegate), sent(measured.association)

    assert browser.post(step("release_publish", measured), typed).status_code == 409
    assert browser.post(step("release_review", measured), typed).status_code == 302
    assert browser.post(step("release_review", measured), typed).status_code == 409
    assert browser.post(step("release_reject", measured), typed).status_code == 302
    assert browser.post(step("release_publish", measured), typed).status_code == 409
    assert access.published_releases() == []


def test_a_coordinator_measures_and_does_not_publish(measured: Release, coordinator: Membership) -> None:
    browser = at_desk(coordinator)

    assert browser.get(step("release", measured)).status_code == 200
    for name in ("release_review", "release_publish", "release_reject"):
        assert browser.post(step(name, measured), sent(measured.association)).status_code == 403
    assert "Décider" not in browser.get(step("release", measured)).content.decode()


def test_a_delegate_reviews_and_does_not_measure(plan: StatPlan, delegate: Membership) -> None:
    browser = at_desk(delegate)

    assert browser.get(reverse("desk:figures")).status_code == 200
    assert measure_url(plan) not in browser.get(reverse("desk:figures")).content.decode()
    assert browser.get(measure_url(plan)).status_code == 403
    assert browser.post(measure_url(plan), sent(plan.association)).status_code == 403


@pytest.mark.parametrize("who", ["reception", "volunteer", "referent"])
def test_others_see_no_figures(measured: Release, plan: StatPlan, who: str, request: pytest.FixtureRequest) -> None:
    browser = at_desk(request.getfixturevalue(who))

    assert browser.get(reverse("desk:figures")).status_code == 403
    assert browser.get(step("release", measured)).status_code == 403
    assert browser.post(measure_url(plan), sent(plan.association)).status_code == 403
    for name in ("release_review", "release_publish", "release_reject"):
        assert browser.post(step(name, measured), sent(plan.association)).status_code == 403


def test_another_association_finds_nothing(measured: Release, plan: StatPlan, stranger: Membership) -> None:
    browser = at_desk(stranger)

    assert browser.get(step("release", measured)).status_code == 404
    assert browser.get(measure_url(plan)).status_code == 404
    assert browser.post(measure_url(plan), sent(stranger.association)).status_code == 404
    assert plan.title not in browser.get(reverse("desk:figures")).content.decode()


def test_a_form_of_another_association_is_a_conflict(
    measured: Release, delegate: Membership, other_association: Association
) -> None:
    assert at_desk(delegate).post(step("release_review", measured), sent(other_association)).status_code == 409


def test_a_draw_that_failed_says_so(plan: StatPlan, coordinator: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ValueError("1213")

    monkeypatch.setattr("observatory.actions.measuring._write_file", fail)

    page = at_desk(coordinator).post(measure_url(plan), sent(plan.association), follow=True)

    assert page.status_code == 200
    assert "La mesure n’a pas abouti." in page.content.decode()


def test_an_empty_association_says_what_comes(coordinator: Membership) -> None:
    page = at_desk(coordinator).get(reverse("desk:figures")).content.decode()

    assert "Rien n’a encore été compté." in page
    assert "Aucune publication." in page
