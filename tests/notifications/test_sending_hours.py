"""Hours and days: what waits, what cannot, and what the choice of an association changes for mails promised before."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import actions as accounts_actions
from accounts import scope
from accounts.models import Association, Membership
from notifications import actions, registry
from notifications.models import NoticeState
from notifications.registry import NoticeKind, Recipient
from tests.notifications.conftest import KIND, Matter, Promise, Sink, address, delivered, die, reread

pytestmark = pytest.mark.django_db(transaction=True)

URGENT = "alarm"
MIDNIGHT = datetime.fromisoformat("2026-11-25T00:00+01:00")
# A Friday evening, the Saturday's night, its morning, the Monday's.
FRIDAY_EVENING = datetime.fromisoformat("2026-11-27T21:00+01:00")
SATURDAY_NIGHT = datetime.fromisoformat("2026-11-28T02:00+01:00")
SATURDAY = datetime.fromisoformat("2026-11-28T08:00+01:00")
SUNDAY_MIDNIGHT = datetime.fromisoformat("2026-11-29T00:00+01:00")
MONDAY = datetime.fromisoformat("2026-11-30T08:00+01:00")


def chosen(association: Association, **choice: Any) -> None:
    Association.objects.filter(pk=association.pk).update(**choice)


@pytest.fixture
def working_days(association: Association) -> None:
    chosen(association, sends_on="01234")


@pytest.fixture
def alarm(matter: Matter) -> str:
    """A second kind, which cannot wait."""
    registry.register(
        NoticeKind(
            key=URGENT,
            templates="notifications/mail/sign_in_code",
            still_holds=matter.does_hold,
            context=matter.words,
            recipient=matter.recipient,
            urgent=True,
        )
    )
    return URGENT


def promised(
    association: Association, matter: Matter, *, kind: str = KIND, at: datetime, leave_by: datetime | None = None
) -> None:
    number = len(matter.recipients) + 1
    matter.recipients[number] = Recipient(address(number))
    row = actions.NoticeRow(kind=kind, dedupe_key=f"x:{number}", ids={"person": number})
    if leave_by:
        row["leave_by"] = leave_by
    with scope.enter(association.pk):
        assert actions.queue_many([row], at=at) == 1


def test_a_mail_of_the_night_is_promised_at_once_and_leaves_in_the_morning(sink: Sink, promise: Promise) -> None:
    [notice] = promise(at=MIDNIGHT)

    assert delivered(MIDNIGHT) == {}
    assert delivered(MIDNIGHT + timedelta(hours=7, minutes=59)) == {}
    waiting = reread(notice)
    assert (waiting.state, waiting.attempts, waiting.next_try_at) == (NoticeState.WAITING, 0, MIDNIGHT)
    assert delivered(MIDNIGHT + timedelta(hours=8)) == {"sent": 1}
    assert delivered(MIDNIGHT + timedelta(hours=9)) == {}
    assert [message["Message-ID"] for message in sink.messages] == [notice.message_id]


def test_a_closed_day_is_waited_out(sink: Sink, promise: Promise, working_days: None, association: Association) -> None:
    promise(at=FRIDAY_EVENING)

    assert delivered(SATURDAY + timedelta(hours=4)) == {}
    assert delivered(MONDAY) == {"sent": 1}


def test_each_association_goes_by_its_own_clock(
    sink: Sink, promise: Promise, association: Association, other_association: Association
) -> None:
    chosen(other_association, time_zone="America/Martinique")
    promise(at=MIDNIGHT)
    promise(at=MIDNIGHT, of=other_association)

    assert delivered(MIDNIGHT) == {"sent": 1}  # 19:00 in Fort-de-France
    assert sink.addresses == [address(2)]
    assert delivered(MIDNIGHT + timedelta(hours=8)) == {"sent": 1}


def test_what_was_promised_before_a_change_obeys_the_change(
    sink: Sink, promise: Promise, association: Association, coordinator: Membership, now: datetime
) -> None:
    promise(2)
    with scope.enter(association.pk):
        accounts_actions.set_send_window(
            association, opens=14, closes=16, weekdays=range(7), by=coordinator.user, at=now
        )

    assert delivered(now) == {}
    assert delivered(now + timedelta(hours=4)) == {"sent": 2}


def test_a_new_try_waits_for_the_window_and_costs_no_try_meanwhile(sink: Sink, promise: Promise) -> None:
    evening = MIDNIGHT - timedelta(hours=4, minutes=1)  # 19:59
    [notice] = promise(at=evening)
    sink.replies[address(1)] = "451 try later"

    assert delivered(evening) == {"failed": 1}
    sink.replies.clear()
    assert delivered(evening + timedelta(hours=3)) == {}
    assert reread(notice).attempts == 1
    assert delivered(MIDNIGHT + timedelta(hours=8)) == {"sent": 1}


def test_a_try_that_died_before_the_window_closed_is_taken_up_when_it_opens(
    sink: Sink, promise: Promise, matter: Matter, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening = MIDNIGHT - timedelta(hours=4, minutes=1)
    [notice] = promise(at=evening)
    with monkeypatch.context() as dying:
        dying.setattr(actions, "_prepared", die)
        with pytest.raises(SystemExit):
            actions.deliver(now=evening)

    assert delivered(evening + timedelta(hours=2)) == {}
    assert reread(notice).state == NoticeState.SENDING
    assert delivered(MIDNIGHT + timedelta(hours=8)) == {"sent": 1}
    assert len(sink.messages) == 1


def test_a_dead_notice_that_is_revived_at_night_waits_too(sink: Sink, promise: Promise) -> None:
    [notice] = promise(at=MIDNIGHT - timedelta(hours=5))
    sink.replies[address(1)] = "550 5.1.1 no such user"
    delivered(MIDNIGHT - timedelta(hours=5))
    sink.replies.clear()
    with scope.enter(notice.association_id):
        assert actions.retry(notice, at=MIDNIGHT)

    assert delivered(MIDNIGHT) == {}
    assert delivered(MIDNIGHT + timedelta(hours=8)) == {"sent": 1}


def test_what_cannot_wait_leaves_at_any_hour_and_takes_nothing_else_with_it(
    sink: Sink, promise: Promise, matter: Matter, alarm: str, association: Association
) -> None:
    [waiting] = promise(at=MIDNIGHT)
    promised(association, matter, kind=alarm, at=MIDNIGHT)

    assert delivered(MIDNIGHT) == {"sent": 1}
    assert sink.addresses == [address(2)]
    assert reread(waiting).state == NoticeState.WAITING


def test_many_that_wait_keep_an_urgent_one_from_nothing(
    sink: Sink, promise: Promise, matter: Matter, alarm: str, association: Association
) -> None:
    promise(12, at=MIDNIGHT - timedelta(minutes=5))
    promised(association, matter, kind=alarm, at=MIDNIGHT)

    assert delivered(MIDNIGHT, limit=5) == {"sent": 1}
    assert delivered(MIDNIGHT + timedelta(hours=8), limit=5) == {"sent": 12}


def test_the_eves_mail_leaves_on_a_day_left_out_rather_than_too_late(
    sink: Sink, matter: Matter, working_days: None, association: Association
) -> None:
    """The last day is Sunday: a mail of the eve that waited for Monday would be of no use."""
    promised(association, matter, at=FRIDAY_EVENING, leave_by=SUNDAY_MIDNIGHT)
    promised(association, matter, at=FRIDAY_EVENING)

    assert delivered(FRIDAY_EVENING) == {}
    assert delivered(SATURDAY_NIGHT) == {}
    assert delivered(SATURDAY) == {"sent": 1}
    assert sink.addresses == [address(1)]
    assert delivered(MONDAY) == {"sent": 1}


@pytest.mark.parametrize(
    ("leave_by", "left"),
    [
        (MIDNIGHT + timedelta(hours=7), {"sent": 1}),
        (MIDNIGHT + timedelta(hours=8), {"sent": 1}),
        (MIDNIGHT + timedelta(hours=8, seconds=1), {}),
        (MIDNIGHT, {}),  # too late already: nobody is woken for it
        (MIDNIGHT - timedelta(hours=1), {}),
        (None, {}),
    ],
)
def test_a_mail_leaves_in_the_night_only_when_the_morning_is_too_late(
    sink: Sink, matter: Matter, association: Association, leave_by: datetime | None, left: dict[str, int]
) -> None:
    promised(association, matter, at=MIDNIGHT, leave_by=leave_by)

    assert delivered(MIDNIGHT) == left
    assert delivered(MIDNIGHT + timedelta(hours=8)) == ({} if left else {"sent": 1})


def test_a_window_that_cannot_be_read_is_the_usual_one_and_stops_no_other(
    sink: Sink,
    promise: Promise,
    association: Association,
    other_association: Association,
    caplog: pytest.LogCaptureFixture,
) -> None:
    chosen(association, time_zone="Europe/Pari")
    promise(at=MIDNIGHT)
    promise(at=MIDNIGHT, of=other_association)

    assert delivered(MIDNIGHT) == {}
    assert delivered(MIDNIGHT + timedelta(hours=8)) == {"sent": 2}
    assert f"association {association.pk}: its window cannot be read" in caplog.text


@pytest.mark.parametrize(
    "choice", [{"sends_on": ""}, {"sends_from": 20}, {"sends_until": 8}, {"sends_until": 25}, {"sends_from": 24}]
)
def test_the_database_keeps_no_window_that_never_opens(association: Association, choice: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        chosen(association, **choice)


@pytest.mark.parametrize("count", [0, 1, 150])
def test_a_closed_window_costs_one_question_an_association(
    sink: Sink, promise: Promise, association: Association, other_association: Association, count: int
) -> None:
    for own in (association, other_association):
        promise(count, of=own, at=MIDNIGHT)

    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert delivered(MIDNIGHT) == {}

    about = [query["sql"] for query in asked if "notifications_notice" in query["sql"]]
    assert len(about) == 2
    assert all(sql.startswith("SELECT 1") for sql in about)
    assert sink.connections == 0


def test_deliverers_that_race_over_the_opening_send_each_mail_once(
    sink: Sink, promise: Promise, matter: Matter, alarm: str, association: Association
) -> None:
    promise(30, at=MIDNIGHT)
    for _ in range(10):
        promised(association, matter, kind=alarm, at=MIDNIGHT)
    start = threading.Barrier(3)
    reports: list[dict[str, int]] = []

    def work(now: datetime) -> None:
        try:
            start.wait(timeout=10)
            reports.append(delivered(now, limit=7))
        finally:
            connection.close()

    opening = MIDNIGHT + timedelta(hours=8)
    moments = [opening - timedelta(seconds=60), opening, opening]
    workers = [threading.Thread(target=work, args=[moment]) for moment in moments]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)

    assert sum(report.get("sent", 0) for report in reports) == 40
    assert sorted(sink.addresses) == sorted(address(number) for number in range(1, 41))
