"""A day is added to the table of holidays, and cases that it moves."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from accounts.models import Membership
from cases import actions
from cases.actions import AttemptPlan, CasePlan, NewBeneficiary, NewFact, NewMember, Recomputed
from cases.models import AttemptResult, BeneficiaryKind, Case, CaseEvent
from procedures.rules import calendars
from procedures.rules.calendars import Holiday
from procedures.rules.texts import Text
from tests.cases.conftest import OPPOSITION, OpenOne, make_campaign

DUE, MOVED_TO = date(2026, 12, 23), date(2026, 12, 24)
NEW_DAY = Holiday(name=Text("fête nouvelle", "New Day"), article="la ", on=(12, 23), source="loi à venir")

Change = Callable[..., None]


@pytest.fixture
def change_holidays(monkeypatch: pytest.MonkeyPatch) -> Iterator[Change]:
    """`change_holidays(NEW_DAY)`: days that the table holds from now on, beside its own."""

    def changed(*days: Holiday) -> None:
        monkeypatch.setattr(calendars, "HOLIDAYS", (*own, *days))
        calendars._year_of.cache_clear()

    own = calendars.HOLIDAYS
    yield changed
    monkeypatch.undo()
    calendars._year_of.cache_clear()


@pytest.fixture
def asked(open_one: OpenOne, now: datetime, in_scope: Membership) -> Callable[..., Case]:
    """`asked(on=day)`: a case whose justificatif was asked for by phone on that day; it is due one month later."""

    def opened(*, on: date, **rest: Any) -> Case:
        case = open_one(sent=20, **rest)
        return actions.record_attempt(
            case,
            channel="phone",
            made_on=on,
            result=AttemptResult.CONFIRMED,
            justificatif_asked=True,
            today=on,
            at=now,
            by=in_scope.user,
        )

    return opened


@pytest.fixture
def affected(asked: Callable[..., Case], today: date) -> Case:
    return asked(on=today)


def run(today: date, now: datetime, *, applies: bool = True, **options: Any) -> Recomputed:
    return actions.recompute_deadlines(today=today, at=now, applies=applies, **options)


def moved_by(done: Recomputed) -> list[tuple[str, str, date | None, date | None]]:
    return sorted((move.case, move.key, move.before, move.after) for move in done.moves)


def events_of(case: Case) -> list[dict[str, str]]:
    rows = CaseEvent.objects.filter(case=case, kind="deadline_moved").order_by("pk")
    return [row.payload for row in rows if row.payload.get("cause") == "rule"]


def make_cases(membership: Membership, number: int, *, today: date) -> list[Case]:
    """Cases in scope whose justificatif was asked for today."""
    campaign = make_campaign(membership.association_id, today=today)
    plan = CasePlan(
        household="",
        member=NewMember(first_name="Zq"),
        beneficiary=NewBeneficiary(kind=BeneficiaryKind.SELF),
        procedure=OPPOSITION,
        opened_on=today,
        facts=[NewFact(kind="sent", earliest=today, known_by="postmark")],
        attempts=[AttemptPlan(channel="phone", made_on=today, result=AttemptResult.CONFIRMED)],
        assigned_to=membership.user,
    )
    plans = [replace(plan, household=str(place)) for place in range(number)]
    return actions.create_cases(campaign, plans, by=membership.user, today=today)
