"""Before a member's day, and after an addressee's: who is told, once, of the nearest stage."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Membership
from cases import actions
from cases.actions import Answer
from cases.models import AttemptResult, Case, CaseEvent, Deadline, Decision
from cases.rules import stages
from cases.rules.stages import Lateness
from notifications import registry
from notifications.models import Notice
from tests.cases.conftest import OpenOne

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))
DUE = date(2026, 12, 14)


def _sweep(now: datetime, today: date) -> tuple[int, int]:
    done = actions.sweep(today=today, at=now)
    return done.announced, done.notices


# Rules


@pytest.mark.parametrize(
    ("days", "stage"),
    [(15, None), (14, -14), (8, -14), (7, -7), (4, -7), (3, -3), (2, -3), (1, -1), (0, -1), (-1, None)],
)
def test_the_nearest_stage_before_a_day(days: int, stage: int | None) -> None:
    assert stages.stage_before(DUE, today=DUE - timedelta(days=days)) == stage


@pytest.mark.parametrize(("days", "stage"), [(0, None), (2, None), (3, 4), (12, 4), (13, 14), (400, 14)])
def test_the_last_stage_after_the_flag(days: int, stage: int | None) -> None:
    assert stages.stage_after(DUE + timedelta(days=1), today=DUE + timedelta(days=1 + days)) == stage


@given(due=DAYS, days=st.integers(-40, 40))
def test_a_stage_never_goes_back_as_days_pass(due: date, days: int) -> None:
    today = due + timedelta(days=days)
    before, after = (stages.stage_before(due, today=day) for day in (today, today + timedelta(days=1)))

    assert before is None or after is None or before <= after


@pytest.mark.parametrize(
    ("days", "binds_member", "has_another_way", "level"),
    [
        (0, True, False, Lateness.NONE),
        (1, True, True, Lateness.LATE),
        (1, True, False, Lateness.GRAVE),
        (90, True, True, Lateness.LATE),
        (0, False, True, Lateness.NONE),
        (1, False, False, Lateness.LATE),
        (13, False, False, Lateness.LATE),
        (14, False, True, Lateness.GRAVE),
    ],
)
def test_two_levels_of_lateness(*, days: int, binds_member: bool, has_another_way: bool, level: Lateness) -> None:
    found = stages.lateness(
        DUE, binds_member=binds_member, has_another_way=has_another_way, today=DUE + timedelta(days=days)
    )

    assert found is level


def test_a_deadline_without_a_date_is_never_late() -> None:
    assert stages.lateness(None, binds_member=True, has_another_way=False, today=DUE) is Lateness.NONE
    assert not stages.wants_letter(None, binds_member=False, today=DUE)


@pytest.mark.parametrize(("days", "wanted"), [(0, False), (3, False), (4, True), (40, True)])
def test_a_letter_is_proposed_four_days_after_an_addressees_day(*, days: int, wanted: bool) -> None:
    today = DUE + timedelta(days=days)

    assert stages.wants_letter(DUE, binds_member=False, today=today) is wanted
    assert not stages.wants_letter(DUE, binds_member=True, today=today)


# Before a member's day


@pytest.fixture
def coming(open_one: OpenOne) -> Case:
    """A letter sent three weeks ago: the last day is in three weeks, 14 December."""
    return open_one(sent=21, email="Zq-adherente@exemple.invalid")


def test_a_member_is_told_once_at_each_stage(coming: Case, now: datetime, today: date) -> None:
    due = Deadline.objects.get(case=coming, key="opposer").due
    assert due == DUE

    told = [_sweep(now, today + timedelta(days=day)) for day in range(22) for _ in range(2)]

    assert [number for number, (announced, _) in enumerate(told) if announced] == [14, 28, 36, 40]
    assert Notice.objects.filter(kind="deadline_near").count() == 4
    stages_told = CaseEvent.objects.filter(case=coming, kind="deadline_announced").order_by("pk")
    assert [event.payload["stage"] for event in stages_told] == [-14, -7, -3, -1]
    assert {event.payload["by"] for event in stages_told} == {"mail"}


def test_of_stages_missed_by_an_outage_only_the_nearest_is_told(coming: Case, now: datetime) -> None:
    assert _sweep(now, DUE - timedelta(days=2)) == (1, 1)

    [event] = CaseEvent.objects.filter(case=coming, kind="deadline_announced")
    assert event.payload["stage"] == -3


def test_the_mail_of_the_eve_leaves_before_the_day_itself(coming: Case, now: datetime) -> None:
    _sweep(now, DUE - timedelta(days=1))
    _sweep(now, DUE)

    [notice] = Notice.objects.all()
    assert notice.leave_by == datetime(2026, 12, 14, tzinfo=ZoneInfo("Europe/Paris"))


def test_on_the_last_day_the_mail_is_of_use_until_midnight(coming: Case, now: datetime) -> None:
    _sweep(now, DUE)

    assert Notice.objects.get().leave_by == datetime(2026, 12, 15, tzinfo=ZoneInfo("Europe/Paris"))


def test_whoever_has_no_address_is_a_task_of_the_desk(open_one: OpenOne, now: datetime) -> None:
    case = open_one(sent=21)

    assert _sweep(now, DUE - timedelta(days=7)) == (1, 0)

    [event] = CaseEvent.objects.filter(case=case, kind="deadline_announced")
    assert event.payload["by"] == "desk"


def test_of_a_decoy_nobody_is_told(coming: Case, now: datetime) -> None:
    Case.objects.filter(pk=coming.pk).update(is_canary=True)

    assert _sweep(now, DUE - timedelta(days=7)) == (1, 0)


def test_a_day_that_was_met_is_announced_to_nobody(
    coming: Case, now: datetime, today: date, in_scope: Membership
) -> None:
    _call(coming, today, at=now, by=in_scope.user)

    assert _sweep(now, DUE - timedelta(days=1)) == (0, 0)


def test_a_reminder_of_a_stage_that_is_over_is_not_sent(coming: Case, now: datetime) -> None:
    _sweep(now, DUE - timedelta(days=7))
    first = Notice.objects.get()
    holds = registry.kind_of(first.kind).still_holds
    assert holds(first)

    _sweep(now, DUE - timedelta(days=3))

    assert not holds(first)
    assert holds(Notice.objects.exclude(pk=first.pk).get())


def test_of_a_corrected_date_the_former_mail_does_not_leave(
    coming: Case, now: datetime, today: date, in_scope: Membership
) -> None:
    _sweep(now, DUE - timedelta(days=7))
    former = Notice.objects.get()
    later = actions.NewFact(kind="sent", earliest=today - timedelta(days=20), known_by="postmark")
    actions.record_facts(coming, [later], today=DUE - timedelta(days=7), at=now, by=in_scope.user)
    _sweep(now, DUE - timedelta(days=6))

    holds = registry.kind_of(former.kind).still_holds
    assert not holds(former)
    assert holds(Notice.objects.exclude(pk=former.pk).get())


def test_a_corrected_date_is_announced_anew(coming: Case, now: datetime, today: date, in_scope: Membership) -> None:
    _sweep(now, DUE - timedelta(days=7))

    later = actions.NewFact(kind="sent", earliest=today - timedelta(days=20), known_by="postmark")
    actions.record_facts(coming, [later], today=DUE - timedelta(days=7), at=now, by=in_scope.user)

    assert _sweep(now, DUE - timedelta(days=6)) == (1, 1)


# After an addressee's day


@pytest.fixture
def silent(open_one: OpenOne, now: datetime, today: date, in_scope: Membership) -> Deadline:
    """Called today, the justificatif asked for: the answer is due within a month."""
    case = _call(open_one(sent=10), today, at=now, by=in_scope.user)
    row: Deadline = Deadline.objects.get(case=case, key="justificatif")
    assert row.due
    _sweep(now, row.due + timedelta(days=1))
    return row


def test_the_volunteer_is_told_four_and_fourteen_days_after(silent: Deadline, now: datetime) -> None:
    assert silent.due

    told = [_sweep(now, silent.due + timedelta(days=day)) for day in range(2, 30)]

    assert [day for day, (announced, _) in enumerate(told, start=2) if announced] == [4, 14]
    assert Notice.objects.filter(kind="answer_drags").count() == 2


def test_a_decision_ends_the_stages(silent: Deadline, now: datetime, in_scope: Membership) -> None:
    assert silent.due
    day = silent.due + timedelta(days=2)

    actions.answer_missed(silent, Answer(decision=Decision.REMIND), today=day, at=now, by=in_scope.user)

    assert _sweep(now, silent.due + timedelta(days=10)) == (0, 0)


def test_after_a_reminder_that_brought_nothing_it_asks_again(
    silent: Deadline, now: datetime, in_scope: Membership
) -> None:
    assert silent.due
    day = silent.due + timedelta(days=4)
    actions.answer_missed(silent, Answer(decision=Decision.REMIND), today=day, at=now, by=in_scope.user)

    assert actions.sweep(today=day + timedelta(days=13), at=now).flagged == 0
    again = actions.sweep(today=day + timedelta(days=14), at=now)
    assert (again.flagged, again.notices) == (1, 1)
    silent.refresh_from_db()
    assert (silent.decision, silent.answered_on, silent.told) == ("", None, stages.FLAGGED)


def test_a_day_that_moves_but_stays_past_keeps_its_stages(
    silent: Deadline, now: datetime, today: date, in_scope: Membership
) -> None:
    assert silent.due
    later = actions.NewFact(kind="asked", earliest=today + timedelta(days=1), known_by="receipt")
    case = actions.record_facts(silent.case, [later], today=silent.due + timedelta(days=3), at=now, by=in_scope.user)

    moved = Deadline.objects.get(case=case, key="justificatif")
    assert (moved.due, moved.is_missed) != (silent.due, False)
    assert _sweep(now, silent.due + timedelta(days=14)) == (1, 1)


# The sweep


def test_a_dry_run_counts_the_stages_and_tells_nobody(coming: Case, now: datetime) -> None:
    done = actions.sweep(today=DUE - timedelta(days=7), at=now, dry_run=True)

    assert (done.announced, done.notices) == (1, 1)
    assert not Notice.objects.exists()
    assert Deadline.objects.get(case=coming, key="opposer").told is None


def test_the_number_of_statements_does_not_grow_with_the_stages(open_one: OpenOne, now: datetime) -> None:
    counts = []
    for rows in (2, 12):
        for _ in range(rows):
            open_one(sent=41 - rows)
        day = date(2026, 11, 23)
        with CaptureQueriesContext(connection) as queries:
            assert _sweep(now, day)[0] == rows
        counts.append(len(queries))

    assert counts[0] == counts[1]


def _call(case: Case, on: date, *, at: datetime, by: object) -> Case:
    return actions.record_attempt(
        case,
        channel="phone",
        made_on=on,
        result=AttemptResult.CONFIRMED,
        justificatif_asked=True,
        today=on,
        at=at,
        by=by,  # type: ignore[arg-type]  # a User, handed through
    )
