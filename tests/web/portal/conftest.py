"""A member with a case from a letter sent 40 days ago, their household, and browsers that may not see it."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
import time_machine

from accounts import scope
from accounts.models import Association, Membership, User
from cases import actions
from cases.access import members_of
from cases.actions import NewBeneficiary
from cases.models import BeneficiaryKind, Campaign, Case
from tests import factories
from tests.people import HouseClient, signed_in_by_code


@pytest.fixture(autouse=True)
def _clock(clock: time_machine.Traveller) -> None:
    """Pages take today from the clock: it stands on Monday 23 November 2026, ten in the morning."""


@pytest.fixture
def campaign(association: Association, today: date) -> Campaign:
    return factories.make_campaign(association, today=today)


@pytest.fixture
def opened(campaign: Campaign, volunteer: Membership, today: date, now: datetime) -> Callable[..., Case]:
    """`opened(procedure=..., sent=...)`: a case of a member who is new."""

    def make(**wanted: object) -> Case:
        return factories.make_case(campaign, by=volunteer.user, today=today, at=now, **({"sent": 40} | wanted))  # type: ignore[arg-type]  # handed on

    return make


@pytest.fixture
def case(opened: Callable[..., Case]) -> Case:
    return opened()


@pytest.fixture
def member(case: Case) -> User:
    """Who follows `case`."""
    assert case.member.user
    return case.member.user


@pytest.fixture
def mine(member: User, association: Association) -> HouseClient:
    return signed_in_by_code(member, association=association)


@pytest.fixture
def childs_case(case: Case, campaign: Campaign, volunteer: Membership, today: date, now: datetime) -> Case:
    """A second case of the same member, for a child."""
    with scope.enter(campaign.association_id):
        return actions.open_case_for(
            case.member,
            campaign=campaign,
            procedure=factories.CHILD,
            beneficiary=NewBeneficiary(kind=BeneficiaryKind.CHILD, first_name="Lina", ground="agrees"),
            consents=[],
            today=today,
            at=now,
            by=volunteer.user,
        )


@pytest.fixture
def neighbour(opened: Callable[..., Case]) -> HouseClient:
    """Another member of the same association."""
    user = opened().member.user
    assert user
    return signed_in_by_code(user, association=members_of(user)[0].association)


@pytest.fixture
def outsider(other_association: Association, stranger: Membership, today: date, now: datetime) -> HouseClient:
    """A member of another association."""
    there = factories.make_campaign(other_association, today=today)
    user = factories.make_case(there, by=stranger.user, today=today, at=now).member.user
    assert user
    return signed_in_by_code(user, association=other_association)
