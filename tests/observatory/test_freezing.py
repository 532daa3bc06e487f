from datetime import date, timedelta

import pytest

from accounts import scope
from accounts.models import Association
from observatory import actions, tasks
from observatory.actions import FreezeReport, PastDay
from observatory.models import CountedPerson, StatEvent, StatPlan
from observatory.rules.profiles import Profile
from tests.observatory.conftest import AT, CAMPAIGN, TODAY, Handed, person, persons


def test_each_person_is_frozen_once_whatever_is_repeated(here: Association, handed: Handed) -> None:
    handed.tallies = [*persons(3), person("a" * 64, kind="ouverture")]

    first = actions.freeze_campaign(handed.campaign(), today=TODAY)
    again = actions.freeze_campaign(handed.campaign(), today=TODAY)
    next_day = actions.freeze_campaign(handed.campaign(), today=TODAY + timedelta(days=1))

    assert (first, again, next_day) == (FreezeReport(frozen=4), FreezeReport(), FreezeReport())
    assert StatEvent.objects.count() == 4


def test_an_event_keeps_the_codes_of_its_first_freeze(here: Association, handed: Handed) -> None:
    handed.tallies = [person("a" * 64, outcome5="unanswered", month=date(2025, 6, 15))]
    actions.freeze_campaign(handed.campaign(), today=TODAY)

    handed.tallies = [person("a" * 64, outcome5="obtained_proven", month=date(2025, 7, 1))]
    actions.freeze_campaign(handed.campaign(), today=TODAY)

    event = StatEvent.objects.get()
    assert (event.outcome5, event.month) == ("unanswered", date(2025, 6, 1))


def test_whoever_withdraws_before_a_release_is_removed(here: Association, handed: Handed) -> None:
    handed.tallies = persons(5)
    actions.freeze_campaign(handed.campaign(), today=TODAY)

    handed.tallies = persons(4)
    report = actions.freeze_campaign(handed.campaign(), today=TODAY + timedelta(days=1))

    assert report == FreezeReport(removed=1)
    assert StatEvent.objects.count() == 4


def test_freezing_takes_a_few_statements_per_chunk(
    here: Association, handed: Handed, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    handed.tallies = persons(1200)

    with django_assert_max_num_queries(45):  # type: ignore[operator]  # pytest-django's fixture is a callable
        actions.freeze_campaign(handed.campaign(), today=TODAY)

    assert StatEvent.objects.count() == 1200


def test_a_very_small_campaign_is_not_frozen(here: Association, handed: Handed) -> None:
    handed.declared_size, handed.tallies = 29, persons(12)

    report = actions.freeze_campaign(handed.campaign(), today=TODAY)

    assert report == FreezeReport()
    assert handed.asked == 0
    assert StatPlan.objects.get().profile == Profile.POOLED


def test_a_plan_follows_the_declaration_until_its_first_measure(plan: StatPlan, handed: Handed) -> None:
    handed.declared_size = 260
    assert actions.plan_for(handed.campaign()).declared_size == 260

    actions.measure(plan, table="S1", period="2025", by=None, at=AT)
    handed.declared_size = 5000
    later = actions.plan_for(handed.campaign())

    assert (later.declared_size, later.profile) == (260, Profile.SMALL)


def test_the_nightly_job_works_for_every_association(
    association: Association, other_association: Association, handed: Handed
) -> None:
    handed.tallies = persons(2)

    tasks.freeze()

    for one in (association, other_association):
        with scope.enter(one.pk):
            assert StatEvent.objects.count() == 2


def test_one_association_in_trouble_does_not_stop_the_others(
    association: Association,
    other_association: Association,
    handed: Handed,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    handed.tallies = persons(2)
    working = handed.campaigns

    def failing() -> object:
        if scope.current() == association.pk:
            raise ValueError("Zoé Martin")
        return working()

    monkeypatch.setattr("cases.tallies.campaigns", failing)
    report = actions.freeze(today=TODAY)

    assert report == FreezeReport(frozen=2, failed=1)
    assert f"association {association.pk}: ValueError" in caplog.text
    assert "Martin" not in caplog.text


def test_a_day_before_the_last_one_is_refused(here: Association, handed: Handed) -> None:
    handed.tallies = persons(2)
    actions.freeze_campaign(handed.campaign(), today=TODAY)

    with pytest.raises(PastDay, match=str(TODAY)):
        actions.freeze_campaign(handed.campaign(), today=TODAY - timedelta(days=1))

    assert StatEvent.objects.count() == 2


def test_only_what_was_confirmed_before_today_is_removed(here: Association, handed: Handed) -> None:
    handed.tallies = persons(2)
    actions.freeze_campaign(handed.campaign(), today=TODAY)
    StatEvent.objects.filter(person_key=f"{0:064x}").update(confirmed_on=TODAY + timedelta(days=1))

    handed.tallies = []
    actions.freeze_campaign(handed.campaign(), today=TODAY)

    assert StatEvent.objects.count() == 2


def test_counted_persons_never_come_back(here: Association, handed: Handed) -> None:
    CountedPerson.objects.create(association=here, campaign_id=CAMPAIGN, person_key=f"{0:064x}", kind="bilan")
    handed.tallies = persons(2, month=date(2026, 1, 1))

    actions.freeze_campaign(handed.campaign(), today=TODAY)

    assert [event.person_key for event in StatEvent.objects.all()] == [f"{1:064x}"]
