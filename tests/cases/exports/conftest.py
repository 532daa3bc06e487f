"""Requests for lists, and the people who decide."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts import scope
from accounts.models import Association, Membership
from cases import access, actions
from cases.models import Campaign, Case, Export
from tests import factories

DAY = timedelta(hours=24)
OpenOne = Callable[..., Case]


@pytest.fixture
def campaign(association: Association, today: date) -> Campaign:
    return factories.make_campaign(association, today=today)


@pytest.fixture
def open_one(campaign: Campaign, volunteer: Membership, today: date, now: datetime) -> OpenOne:
    def opened(**rest: Any) -> Case:
        return factories.make_case(campaign, **{"by": volunteer.user, "today": today, "at": now, "sent": None, **rest})

    return opened


def take(export: Export, by: Membership, *, at: datetime) -> list[list[str]]:
    """The rows of the file, without its head."""
    with scope.enter(by.association_id):
        content = actions.take_export(export, by=by, head=["Référence"], cells=lambda case: [case.reference], at=at)
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))[1:]


def approve(export: Export, by: Membership, *, at: datetime, seen: int | None = None) -> bool:
    with scope.enter(by.association_id):
        number = access.count_now(export) if seen is None else seen
        return actions.approve_export(export, by=by, seen=number, at=at)


@pytest.fixture
def approved(open_one: OpenOne, referent: Membership, delegate: Membership, now: datetime) -> Export:
    for _ in range(3):
        open_one()
    export = factories.make_export(referent, at=now)
    assert approve(export, delegate, at=now)
    return export
