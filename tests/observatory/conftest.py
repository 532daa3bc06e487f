"""Persons to count, handed over by tallies that a test fills."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal

import pytest

from accounts import scope
from accounts.models import Association
from cases import tallies
from cases.tallies import CampaignTally, Tally
from observatory import actions
from observatory.models import Release, StatPlan

TODAY = date(2026, 1, 10)
AT = datetime(2026, 1, 10, 9, 30, tzinfo=UTC)
CAMPAIGN = 41


def person(
    key: str, *, kind: Literal["ouverture", "bilan"] = "bilan", month: date = date(2025, 6, 1), **codes: str
) -> Tally:
    return Tally(
        person_key=key,
        campaign_id=CAMPAIGN,
        kind=kind,
        month=month,
        procedure=codes.get("procedure", "mon-espace-sante/opposition"),
        channel=codes.get("channel", "web"),
        region=codes.get("region", "11"),
        outcome5=codes.get("outcome5", "obtained_proven"),
        delay_class=codes.get("delay_class", "8-14"),
        deadline_respected=codes.get("deadline", "kept") == "kept",
    )


def persons(
    count: int, *, start: int = 0, outcome5: str = "obtained_proven", month: date = date(2025, 6, 1)
) -> list[Tally]:
    return [person(f"{start + number:064x}", outcome5=outcome5, month=month) for number in range(count)]


@dataclass(slots=True)
class Handed:
    """What `cases.tallies` hands over for the one campaign of a test."""

    tallies: list[Tally] = field(default_factory=list)
    declared_size: int = 250
    title: str = "Mon espace santé 2025"
    horizon_days: int = 90
    asked: int = 0

    def campaigns(self) -> list[CampaignTally]:
        return [self.campaign()]

    def campaign(self) -> CampaignTally:
        return CampaignTally(
            id=CAMPAIGN, title=self.title, declared_size=self.declared_size, horizon_days=self.horizon_days
        )

    def to_freeze(self, campaign_id: int, *, today: date) -> Iterator[Tally]:
        self.asked += 1
        return iter(self.tallies if campaign_id == CAMPAIGN else [])


@contextmanager
def nobody_in_scope() -> Iterator[None]:
    """What a public page may see, in the middle of a test that works for an association."""
    before = scope.current()
    token = scope._association.set(None)
    scope._tell_database("app.association_id", "")
    try:
        yield
    finally:
        scope._association.reset(token)
        scope._tell_database("app.association_id", str(before or ""))


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> Handed:
    handed = Handed()
    monkeypatch.setattr(tallies, "campaigns", handed.campaigns)
    monkeypatch.setattr(tallies, "to_freeze", handed.to_freeze)
    return handed


@pytest.fixture
def here(association: Association) -> Iterator[Association]:
    with scope.enter(association.pk):
        yield association


@pytest.fixture
def plan(here: Association, handed: Handed) -> StatPlan:
    """A small campaign whose year 2025 is frozen: 120 obtained, 60 not, 40 abandoned."""
    handed.tallies = [
        *persons(120),
        *persons(60, start=1000, outcome5="unanswered"),
        *persons(40, start=2000, outcome5="abandoned"),
    ]
    actions.freeze_campaign(handed.campaign(), today=TODAY)
    frozen: StatPlan = StatPlan.objects.get()
    return frozen


@pytest.fixture
def measured(plan: StatPlan) -> Release:
    return actions.measure(plan, table="S1", period="2025", by=None, at=AT)
