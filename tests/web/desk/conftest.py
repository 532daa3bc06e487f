from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Association, Membership
from accounts.rules.roles import Role
from cases.models import Campaign, Case
from tests import factories
from tests.people import HouseClient, signed_in
from tests.web.desk.passkeys import SoftKey, enrolled

OpenOne = Callable[..., Case]


@pytest.fixture(autouse=True)
def _clock(clock: time_machine.Traveller) -> None:
    """Every page of these tests is read on `today`, at ten."""


@pytest.fixture
def campaign(association: Association, today: date) -> Campaign:
    return factories.make_campaign(association, today=today)


@pytest.fixture
def at_work(volunteer: Membership) -> HouseClient:
    return signed_in(volunteer.user, association=volunteer.association)


@pytest.fixture
def open_one(campaign: Campaign, volunteer: Membership, today: date, now: datetime) -> OpenOne:
    """`open_one(sent=41)`: a case of the volunteer's, from a letter sent so many days ago."""

    def opened(**rest: Any) -> Case:
        return factories.make_case(campaign, **{"by": volunteer.user, "today": today, "at": now, **rest})

    return opened


@pytest.fixture
def case(open_one: OpenOne) -> Case:
    return open_one()


def address(name: str, case: Case, *args: int) -> str:
    return reverse(f"desk:{name}", args=[case.reference, *args])


def answers(case: Case, **typed: Any) -> dict[str, Any]:
    """What a rendered form sends along, and what was typed."""
    return {"association": case.association_id, "token": str(uuid4()), "version": case.version, **typed}


def on(day: date, name: str) -> dict[str, str]:
    """A date typed in three boxes."""
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


@pytest.fixture
def second(association: Association) -> Membership:
    """Another coordinator."""
    return factories.make_membership(association, Role.COORDINATOR)


@pytest.fixture
def key(volunteer: Membership) -> SoftKey:
    """The volunteer's passkey, and their one factor."""
    return enrolled(signed_in(volunteer.user, factor=False))
