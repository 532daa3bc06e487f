"""The observatory on the real tallies: cases go in, events without identity come out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from accounts import scope
from accounts.models import Association, Membership
from cases import actions as cases
from cases.actions import NewBeneficiary, NewMember
from cases.models import BeneficiaryKind, Campaign, Case, ConsentKind
from observatory import actions
from observatory.models import StatEvent
from tests.factories import plant

OPENED_ON = date(2025, 5, 6)
AT = datetime(2025, 5, 6, 10, 0, tzinfo=UTC)
TODAY = date(2026, 1, 10)


@pytest.fixture
def campaign(association: Association) -> Iterator[Campaign]:
    with scope.enter(association.pk):
        yield cases.create_campaign(
            association.pk,
            title="Mon espace santé 2025",
            slug="mes-2025",
            procedures=["mon-espace-sante/opposition"],
            opens_on=date(2025, 1, 1),
            declared_size=200,
        )


def open_case(campaign: Campaign, *, consenting: bool = True, opened_on: date = OPENED_ON) -> Case:
    kinds = [ConsentKind.HANDLING, ConsentKind.STATISTICS] if consenting else [ConsentKind.HANDLING]
    return cases.open_case(
        campaign,
        procedure="mon-espace-sante/opposition",
        member=NewMember(first_name=plant("cases.Member.first_name")),
        beneficiary=NewBeneficiary(kind=BeneficiaryKind.SELF),
        consents=kinds,
        today=opened_on,
        at=AT,
        by=None,
    )


def test_only_consenting_persons_are_frozen_and_once(campaign: Campaign) -> None:
    consenting = [open_case(campaign) for _ in range(3)]
    open_case(campaign, consenting=False)
    cases.open_case_for(
        consenting[0].member,
        campaign=campaign,
        procedure="mon-espace-sante/opposition",
        beneficiary=consenting[0].beneficiary,
        today=date(2025, 9, 1),
        at=AT,
        by=None,
    )

    report = actions.freeze(today=TODAY)

    assert (report.frozen, report.failed) == (6, 0)
    assert StatEvent.objects.values("person_key").distinct().count() == 3
    balances = StatEvent.objects.filter(kind="bilan")
    assert {(row.month, row.outcome5, row.procedure) for row in balances} == {
        (date(2025, 8, 1), "unanswered", "mon-espace-sante/opposition")
    }


def test_a_person_is_reviewed_only_at_the_horizon(campaign: Campaign) -> None:
    open_case(campaign, opened_on=date(2025, 12, 1))

    actions.freeze(today=TODAY)

    assert [event.kind for event in StatEvent.objects.all()] == ["ouverture"]


def test_withdrawing_removes_what_is_not_released(campaign: Campaign, volunteer: Membership) -> None:
    kept, gone = open_case(campaign), open_case(campaign)
    actions.freeze(today=TODAY)
    cases.withdraw_consent(gone, kind=ConsentKind.STATISTICS, today=TODAY, at=AT, by=volunteer.user)

    report = actions.freeze(today=TODAY.replace(day=11))

    assert (report.frozen, report.removed) == (0, 2)
    assert StatEvent.objects.count() == 2
    assert kept.beneficiary.consents.filter(withdrawn_on=None).count() == 2


def test_the_key_of_a_person_differs_between_campaigns(campaign: Campaign, association: Association) -> None:
    other = cases.create_campaign(
        association.pk,
        title="Autre",
        slug="autre",
        procedures=["mon-espace-sante/opposition"],
        opens_on=date(2025, 1, 1),
        declared_size=200,
    )
    first = open_case(campaign)
    cases.open_case_for(
        first.member,
        campaign=other,
        procedure="mon-espace-sante/opposition",
        beneficiary=first.beneficiary,
        today=OPENED_ON,
        at=AT,
        by=None,
    )

    actions.freeze(today=TODAY)

    keys = {event.campaign_id: event.person_key for event in StatEvent.objects.filter(kind="ouverture")}
    assert len(set(keys.values())) == 2
