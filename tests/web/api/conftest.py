"""Cases of one association, and the browsers that may or may not read them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import time_machine

from accounts.models import Association, Membership
from cases.models import Campaign, Case
from tests import factories
from tests.people import HouseClient, signed_in

OpenOne = Callable[..., Case]


@pytest.fixture(autouse=True)
def _clock(clock: time_machine.Traveller) -> None:
    """It is Monday 23 November 2026, ten in the morning."""


@pytest.fixture
def campaign(association: Association, today: date) -> Campaign:
    return factories.make_campaign(association, today=today)


@pytest.fixture
def open_one(campaign: Campaign, coordinator: Membership, today: date, now: datetime) -> OpenOne:
    def opened(**rest: Any) -> Case:
        return factories.make_case(campaign, **{"by": coordinator.user, "today": today, "at": now, **rest})

    return opened


@pytest.fixture
def case(open_one: OpenOne, coordinator: Membership, today: date, now: datetime) -> Case:
    """Called about once, with a note and the adviser's reference, which no answer may hold."""
    return factories.make_attempt(open_one(), by=coordinator.user, today=today, at=now)


@pytest.fixture
def reader(coordinator: Membership) -> HouseClient:
    """Sees every case of the association."""
    return signed_in(coordinator.user, association=coordinator.association)
