"""The night on three clocks, when they change, on leap days, after nine days, and when a clock is wrong."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Association, Membership
from cases import actions
from cases.models import Case, CaseEvent, Deadline
from notifications.models import Notice
from tests.cases.conftest import OpenOne

PARIS, MARTINIQUE, REUNION = "Europe/Paris", "America/Martinique", "Indian/Reunion"
LAST_DAY = date(2026, 11, 24)

pytestmark = pytest.mark.django_db


def flagged(at: datetime) -> int:
    """What the tick of this instant flags: the day is read from its clock, as the task does."""
    return actions.sweep(today=timezone.localdate(at), at=at).flagged


def instant(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.fixture
def late(open_one: OpenOne) -> Case:
    """Its member's last day is LAST_DAY."""
    return open_one(email="Zq-adherente@exemple.invalid")


def last_day(case: Case, day: date) -> None:
    Deadline.objects.filter(case=case, key="opposer").update(due=day, due_earliest=day, due_latest=day)


@pytest.mark.parametrize(
    ("zone", "last_instant"),
    [
        (PARIS, "2026-11-24T22:59:59"),
        (MARTINIQUE, "2026-11-25T03:59:59"),
        (REUNION, "2026-11-24T19:59:59"),
    ],
)
def test_a_day_is_over_at_midnight_of_the_place(late: Case, in_scope: Membership, zone: str, last_instant: str) -> None:
    Association.objects.filter(pk=in_scope.association_id).update(time_zone=zone)

    assert flagged(instant(last_instant)) == 0
    assert flagged(instant(last_instant) + timedelta(seconds=1)) == 1


def test_a_zone_that_cannot_be_read_is_the_instances(
    late: Case, in_scope: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    Association.objects.filter(pk=in_scope.association_id).update(time_zone="Europe/Pari")

    assert flagged(instant("2026-11-24T23:00:00")) == 1
    assert "its time zone cannot be read" in caplog.text


@pytest.mark.parametrize(
    ("day", "last_instant"),
    [
        (date(2026, 3, 28), "2026-03-28T22:59:59"),  # the clock leaps in the night that follows
        (date(2026, 3, 29), "2026-03-29T21:59:59"),  # a day of 23 hours
        (date(2026, 10, 24), "2026-10-24T21:59:59"),
        (date(2026, 10, 25), "2026-10-25T22:59:59"),  # a day of 25 hours
        (date(2028, 2, 28), "2028-02-28T22:59:59"),
        (date(2028, 2, 29), "2028-02-29T22:59:59"),
        (date(2027, 12, 31), "2027-12-31T22:59:59"),
    ],
)
def test_a_day_is_over_at_midnight_whatever_the_clock_or_the_calendar_does(
    late: Case, day: date, last_instant: str
) -> None:
    last_day(late, day)

    assert flagged(instant(last_instant)) == 0
    assert flagged(instant(last_instant) + timedelta(seconds=1)) == 1
    assert Deadline.objects.get(case=late, key="opposer").missed_on == day + timedelta(days=1)


def test_nine_days_without_a_tick_are_one_longer_sweep(open_one: OpenOne) -> None:
    for sent in range(33, 42):
        open_one(sent=sent, email=f"Zq-{sent}@exemple.invalid")
    nine_days_later = instant("2026-12-03T08:00:00")

    assert flagged(nine_days_later) == Deadline.objects.filter(missed_on__isnull=False).count() > 1
    assert flagged(nine_days_later) == 0

    late = Deadline.objects.filter(missed_on__isnull=False).count()
    assert CaseEvent.objects.filter(kind="deadline_missed").count() == late
    assert Notice.objects.filter(kind="deadline_missed").count() == late


def test_a_clock_that_jumps_back_flags_nothing_twice(late: Case) -> None:
    after = instant("2026-11-25T08:00:00")

    assert [flagged(after), flagged(after - timedelta(days=30)), flagged(after)] == [1, 0, 0]
    assert CaseEvent.objects.filter(kind="deadline_missed").count() == 1
    assert Notice.objects.filter(kind="deadline_missed").count() == 1


def test_a_clock_that_jumped_ahead_hides_nothing_and_is_answered_by_people(late: Case) -> None:
    """What it flagged stays on the screens until somebody answers; the case itself goes on."""
    ahead = instant("2027-11-25T08:00:00")

    assert flagged(ahead) >= 1
    assert flagged(instant("2026-11-23T09:00:00")) == 0
    assert Deadline.objects.missed().filter(case=late).count() >= 1
    late.refresh_from_db()
    assert late.closed_on is None
