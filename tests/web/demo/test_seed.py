"""The demo: deterministic, whole, marked, and true to the life cycle."""

import io
from collections.abc import Iterator
from datetime import date
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from accounts import scope
from accounts.access import associations_at_work
from accounts.fields import forget_keys, load_keys
from accounts.models import Membership
from accounts.rules.roles import Role
from cases.actions import CasePlan
from cases.models import Beneficiary, Campaign, Case, CaseEvent, Deadline, Justificatif, Member
from cases.rules.lifecycle import EventKind, State, replay
from observatory.access import published_releases
from observatory.models import StatEvent
from procedures import registry
from tests.people import HouseClient
from web.demo import seed, stories
from web.demo.people import VOLUNTEERS, credentials

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    """Written once, in a transaction around the tests' own, and taken back: how many statements that took."""
    with django_db_blocker.unblock(), transaction.atomic():
        with CaptureQueriesContext(connection) as queries:
            seed.seed(cases_wanted=200, associations=2, number=1, today=date(2026, 11, 23))
        forget_keys()
        yield len(queries)
        transaction.set_rollback(True)


@pytest.fixture
def seeded(demo: int) -> Iterator[int]:
    """The first association's id, with its scope entered."""
    first = associations_at_work()[0]
    with scope.enter(first):
        yield first


def test_every_state_every_outcome_and_every_role_is_there(seeded: int) -> None:
    ends = {(case.procedure, case.outcome) for case in Case.objects.exclude(outcome="")}
    offered = {key for campaign in Campaign.objects.all() for key in campaign.procedures}
    for definition in map(registry.current, offered):
        expected = {(definition.key, outcome.key) for outcome in definition.outcomes}
        assert definition.key.endswith("enfant") or expected <= ends
    assert set(Case.objects.values_list("state", flat=True)) == set(State)
    assert {role for row in Membership.objects.all() for role in row.roles} == set(Role)


def test_the_events_of_every_case_replay_to_its_state(seeded: int) -> None:
    for case in Case.objects.all():
        kinds = CaseEvent.objects.filter(case=case).order_by("pk").values_list("kind", flat=True)
        assert replay(EventKind(kind) for kind in kinds) == case.state


def test_what_is_late_was_flagged_by_the_same_sweep_as_every_night(seeded: int, today: date) -> None:
    assert Deadline.objects.missed().count() >= 5
    assert not Deadline.objects.all().overdue(today).exists()


def test_there_are_families_represented_people_and_people_without_a_mailbox_all_marked_as_demo(seeded: int) -> None:
    assert Beneficiary.objects.filter(kind="child").count() == 2
    assert Beneficiary.objects.filter(kind="represented").count() == 1
    assert Justificatif.objects.filter(accepted=None).exists()
    members = list(Member.objects.all())
    load_keys(member.subject for member in members)
    assert sum(not member.email_index and not member.phone_index for member in members) >= 10
    assert {member.last_name for member in Member.objects.exclude(cases__state="erased")} == {"Démo"}
    assert all(one.email.endswith("@demo.invalid") and one.name.endswith("Démo") for one in VOLUNTEERS)


def test_last_years_people_are_enough_for_the_second_associations_figures(seeded: int) -> None:
    assert StatEvent.objects.filter(kind="bilan").count() >= 100
    [release] = published_releases()
    assert sum(1 for row in release.rows if not row.hidden) >= 2


def test_the_same_seed_and_day_tell_the_same_stories(today: date) -> None:
    first, second, other = (_stories(today, number) for number in (7, 7, 8))

    assert first == second
    assert first != other


def _stories(today: date, number: int) -> list[CasePlan]:
    cast = stories.Cast(today=today, dice=Random(number), hands=[None])
    return [*stories.this_year(cast, 60), *stories.last_year(cast, 60)]


def test_the_number_of_statements_does_not_follow_the_number_of_cases(demo: int) -> None:
    assert demo < 2000


def test_a_filled_platform_is_refused_and_left_alone(seeded: int) -> None:
    with pytest.raises(CommandError, match="nothing was written"):
        call_command("seed_demo", stdout=io.StringIO())


def test_outside_the_demo_nothing_is_written(settings: Settings) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError, match="DEMO"):
        call_command("seed_demo", stdout=io.StringIO())


def test_the_demo_page_gives_a_stranger_all_they_need(seeded: int, client: HouseClient) -> None:
    page = client.get("/demo/").content.decode()

    for one in credentials():
        assert one["email"] in page
        assert one["password"] in page
        assert one["totp_secret"] in page
    assert {one["association"] for one in credentials()} == set(seed.NAMES[:2])
    assert "coordination2@demo.invalid" in page
    assert seed.CARDS[0] in page
    assert seed.NEW_CARD in page


def test_one_card_is_new_and_asks_for_a_code_of_ones_own(seeded: int) -> None:
    kept, new = HouseClient(), HouseClient()

    assert kept.post(reverse("portal:login"), {"who": seed.CARDS[0]}).headers["Location"] == reverse("portal:home")
    assert new.post(reverse("portal:login"), {"who": seed.NEW_CARD}).headers["Location"] == reverse("portal:card")
