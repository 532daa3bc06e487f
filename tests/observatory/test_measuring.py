import traceback
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, NoReturn

import pytest
from django.db import transaction

from accounts.models import Association, Membership
from observatory import actions
from observatory.actions import (
    AlreadyMeasured,
    MeasureRefused,
    NotFrozen,
    OverBudget,
    PeriodNotOver,
    UnknownMeasure,
    measuring,
)
from observatory.models import LedgerLine, Release, ReleaseFile, StatEvent, StatPlan
from observatory.rules import files
from observatory.rules.lifecycle import State
from observatory.rules.periods import Period
from tests.observatory.conftest import AT, CAMPAIGN, TODAY, Handed, person, persons


def values_of(release: Release) -> list[int]:
    content = bytes(ReleaseFile.objects.get(release=release).content)
    return [row.value or 0 for row in files.read(content, dimensions=["outcome"])]


def test_a_measure_writes_its_cost_and_its_noisy_file(plan: StatPlan, coordinator: Membership) -> None:
    release = actions.measure(plan, table="S1", period="2025", by=coordinator.user, at=AT)

    line, file = LedgerLine.objects.get(), ReleaseFile.objects.get()
    assert (line.campaign_id, line.table, line.period, str(line.charge.epsilon)) == (CAMPAIGN, "S1", "2025", "7/10")
    assert (release.state, release.measured_by, release.title) == (State.MEASURED, coordinator.user, plan.title)
    assert file.sha256 == sha256(bytes(file.content)).hexdigest()
    assert file.size == len(bytes(file.content))
    for value, exact in zip(values_of(release), [120, 60, 40], strict=True):
        assert abs(value - exact) <= 30


def test_the_noise_is_not_always_nothing(plan: StatPlan) -> None:
    drawn = {tuple(values_of_year(plan, year)) for year in range(2000, 2025)}

    assert len(drawn) > 1


def values_of_year(plan: StatPlan, year: int) -> list[int]:
    StatEvent.objects.update(month=date(year, 6, 1))
    return values_of(actions.measure(plan, table="S1", period=str(year), by=None, at=AT))


def test_only_the_period_the_kind_and_the_campaign_count(here: Association, handed: Handed) -> None:
    handed.tallies = [
        *persons(100),
        *persons(500, start=1000, month=date(2024, 12, 1)),
        *persons(500, start=3000, month=date(2026, 1, 1)),
        *(person(f"{number:064x}", kind="ouverture") for number in range(5000, 5500)),
    ]
    actions.freeze_campaign(handed.campaign(), today=TODAY)

    release = actions.measure(StatPlan.objects.get(), table="S1", period="2025", by=None, at=AT)

    assert abs(values_of(release)[0] - 100) <= 40


def test_a_second_measure_is_refused(measured: Release) -> None:
    with pytest.raises(AlreadyMeasured):
        actions.measure(measured.plan, table="S1", period="2025", by=None, at=AT)

    assert Release.objects.count() == LedgerLine.objects.count() == ReleaseFile.objects.count() == 1


def test_a_rejected_measure_stays_charged(measured: Release, delegate: Membership) -> None:
    assert actions.reject(measured, by=delegate.user, at=AT)

    with pytest.raises(AlreadyMeasured):
        actions.measure(measured.plan, table="S1", period="2025", by=None, at=AT)
    assert LedgerLine.objects.count() == 1


def test_a_draw_that_fails_is_charged_rejected_and_tells_no_count(
    plan: StatPlan, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: Any, **kwargs: Any) -> NoReturn:
        raise RuntimeError(f"counts were {args}")

    monkeypatch.setattr(files, "write", broken)
    release = actions.measure(plan, table="S1", period="2025", by=None, at=AT)
    monkeypatch.undo()

    assert (release.state, release.files.count(), LedgerLine.objects.count()) == (State.REJECTED, 0, 1)
    assert caplog.messages[-1] == f"release {release.pk}: the draw failed with RuntimeError"
    with pytest.raises(AlreadyMeasured):
        actions.measure(plan, table="S1", period="2025", by=None, at=AT)


def test_a_measure_that_is_rolled_back_leaves_neither_cost_nor_file(plan: StatPlan) -> None:
    with transaction.atomic():
        actions.measure(plan, table="S1", period="2025", by=None, at=AT)
        transaction.set_rollback(True)

    assert not LedgerLine.objects.exists()
    assert not Release.objects.exists()
    assert not ReleaseFile.objects.exists()


def test_a_colleague_who_charged_first_wins(plan: StatPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    actions.measure(plan, table="S1", period="2025", by=None, at=AT)
    monkeypatch.setattr(measuring, "_check", lambda *args, **kwargs: None)

    with pytest.raises(AlreadyMeasured):
        actions.measure(plan, table="S1", period="2025", by=None, at=AT)


@pytest.mark.parametrize(
    ("table", "period", "refusal"),
    [
        ("S1", "2026", PeriodNotOver),
        ("S1", "2025-Q1", UnknownMeasure),
        ("S1", "soon", UnknownMeasure),
        ("M1", "2025-Q1", UnknownMeasure),
        ("", "", UnknownMeasure),
    ],
)
def test_what_cannot_be_measured_is_refused_and_free(
    plan: StatPlan, table: str, period: str, refusal: type[MeasureRefused]
) -> None:
    with pytest.raises(refusal) as refused:
        actions.measure(plan, table=table, period=period, by=None, at=AT)

    assert refused.value.sentence.fr
    assert refused.value.sentence.en
    assert not LedgerLine.objects.exists()


def test_a_period_ends_at_local_midnight(plan: StatPlan) -> None:
    last_evening = datetime(2025, 12, 31, 22, 59, tzinfo=UTC)

    with pytest.raises(PeriodNotOver):
        actions.measure(plan, table="S1", period="2025", by=None, at=last_evening)
    midnight = last_evening.replace(hour=23, minute=0)
    assert actions.measure(plan, table="S1", period="2025", by=None, at=midnight).state == State.MEASURED


def test_a_period_whose_last_days_are_not_frozen_waits(here: Association, handed: Handed) -> None:
    handed.tallies = persons(50)
    actions.freeze_campaign(handed.campaign(), today=date(2025, 12, 31))

    with pytest.raises(NotFrozen):
        actions.measure(StatPlan.objects.get(), table="S1", period="2025", by=None, at=AT)


def test_a_table_that_events_cannot_fill_is_refused(here: Association, handed: Handed) -> None:
    handed.declared_size, handed.tallies = 5000, persons(50)
    actions.freeze_campaign(handed.campaign(), today=TODAY)

    with pytest.raises(UnknownMeasure):
        actions.measure(StatPlan.objects.get(), table="L3", period="2025", by=None, at=AT)


@pytest.mark.parametrize(
    ("declared_size", "table", "period"),
    [
        (250, "S2", "2025"),
        (2500, "M1", "2025-Q2"),
        (2500, "M2", "2025"),
        (2500, "M3", "2025"),
        (2500, "M4", "2025"),
        (9000, "L1", "2025-06"),
        (9000, "L2", "2025-Q2"),
        (9000, "L4", "2025-Q2"),
        (9000, "L5", "2025-06"),
    ],
)
def test_every_other_table_is_a_declaration_away(
    here: Association, handed: Handed, declared_size: int, table: str, period: str
) -> None:
    handed.declared_size = declared_size
    handed.tallies = [*persons(80), *(person(f"{number:064x}", kind="ouverture") for number in range(80))]
    actions.freeze_campaign(handed.campaign(), today=TODAY)

    release = actions.measure(StatPlan.objects.get(), table=table, period=period, by=None, at=AT)

    assert release.state == State.MEASURED
    content = bytes(ReleaseFile.objects.get(release=release).content).decode()
    assert len(content.splitlines()) == 1 + len(release.declaration.cells) + release.declaration.measures_total


def test_the_cap_of_a_campaign_holds(plan: StatPlan) -> None:
    LedgerLine.objects.create(
        association_id=plan.association_id,
        campaign_id=CAMPAIGN,
        scope="pooled",
        table="P1",
        period="2025",
        numerator=9,
        denominator=10,
        charged_at=AT,
    )

    with pytest.raises(OverBudget):
        actions.measure(plan, table="S1", period="2025", by=None, at=AT)


def test_counting_is_one_query(plan: StatPlan, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        counts = measuring._counts(plan, plan.table("S1"), Period.parse("2025"))

    assert dict(counts) == {("obtained",): 120, ("not_obtained",): 60, ("abandoned",): 40}


def test_a_refusal_carries_no_frame_with_counts(measured: Release) -> None:
    with pytest.raises(AlreadyMeasured) as refused:
        actions.measure(measured.plan, table="S1", period="2025", by=None, at=AT)

    frames = [frame.f_locals for frame, _ in traceback.walk_tb(refused.value.__traceback__)]
    assert not any("counts" in names for names in frames)
