"""Delivering: each promise once, by one process or many."""

import json
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection, transaction
from time_machine import Traveller

from accounts import scope
from accounts.models import Association
from notifications import actions, registry, smtp, tasks
from notifications.models import DropReason, Notice, NoticeState
from notifications.registry import Recipient
from notifications.rules import backoff
from notifications.rules.kinds import Audience
from notifications.rules.modes import Choice, Mode
from tests import factories
from tests.notifications.conftest import KIND, Matter, Promise, Sink, address, delivered, die, reread

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_promise_is_kept_once(sink: Sink, promise: Promise, now: datetime) -> None:
    [notice] = promise()

    assert delivered(now) == {"sent": 1}
    assert delivered(now + timedelta(days=1)) == {}

    [message] = sink.messages
    assert message["Message-ID"] == notice.message_id
    fresh = reread(notice)
    assert (fresh.state, fresh.attempts, fresh.lease_until) == (NoticeState.SENT, 1, None)
    assert fresh.sent_at is not None
    assert fresh.sent_at >= now


def test_a_mail_is_text_with_an_html_twin_and_names_nobody(sink: Sink, promise: Promise, now: datetime) -> None:
    promise()

    delivered(now)

    [message] = sink.messages
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["To"] == address(1)
    assert message["Subject"] == "Votre code"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Zqnom" not in message.as_string()


def test_a_promise_for_later_waits(sink: Sink, promise: Promise, now: datetime) -> None:
    promise(at=now + timedelta(hours=1))

    assert delivered(now) == {}
    assert delivered(now + timedelta(hours=1)) == {"sent": 1}


def test_what_was_rolled_back_is_not_sent(sink: Sink, promise: Promise, now: datetime) -> None:
    with transaction.atomic():
        promise()
        transaction.set_rollback(True)

    assert delivered(now) == {}
    assert sink.messages == []


def test_what_no_longer_holds_is_dropped(sink: Sink, promise: Promise, matter: Matter, now: datetime) -> None:
    [stale, true] = promise(2)
    matter.holds = lambda notice: notice.pk != stale.pk

    assert delivered(now) == {"sent": 1, "dropped": 1}
    assert sink.addresses == [address(2)]
    assert (reread(stale).state, reread(stale).reason) == (NoticeState.DROPPED, DropReason.STALE)
    assert reread(true).state == NoticeState.SENT


@pytest.mark.parametrize("recipient", [None, Recipient("")])
def test_somebody_without_an_address_is_left_to_the_desk(
    sink: Sink, promise: Promise, matter: Matter, now: datetime, recipient: Recipient | None
) -> None:
    [notice] = promise()
    matter.recipients = {1: recipient} if recipient else {}

    assert delivered(now) == {"dropped": 1}
    with scope.enter(notice.association_id):
        assert list(Notice.objects.without_address()) == [notice]
    assert sink.connections == 0


def test_every_associations_mails_leave_in_their_own_scope(
    sink: Sink, promise: Promise, matter: Matter, now: datetime, other_association: Association
) -> None:
    seen = []

    def holds(notice: Notice) -> bool:
        seen.append((scope.current(), notice.association_id))
        return True

    matter.holds = holds
    promise(2)
    promise(2, of=other_association)

    assert delivered(now) == {"sent": 4}
    assert len(seen) == 4
    assert all(current == own for current, own in seen)
    assert scope.current() is None


def test_a_sleeping_association_sends_nothing(
    sink: Sink, promise: Promise, now: datetime, association: Association
) -> None:
    promise()
    association.is_active = False
    association.save(update_fields=["is_active"])

    assert delivered(now) == {}


@pytest.mark.parametrize("mode", Mode)
def test_what_parts_from_its_people_leaves_a_sleeping_association_by_itself(
    sink: Sink, promise: Promise, matter: Matter, now: datetime, association: Association,
    monkeypatch: pytest.MonkeyPatch, mode: Mode,
) -> None:  # fmt: skip
    """Neither a day's mail nor a page would tell its reader there."""
    [parting] = promise()
    reader = factories.make_user(email=address(1))
    matter.recipients[1] = replace(matter.recipients[1], user=reader.pk)
    with scope.enter(association.pk):
        actions.choose(reader, audience=Audience.TEAM, choice=Choice(mode=mode))
    monkeypatch.setitem(registry._kinds, KIND, replace(registry.kind_of(KIND), parting=True))
    Association.objects.filter(pk=association.pk).update(is_active=False)

    assert delivered(now) == {"sent": 1}
    assert reread(parting).state == NoticeState.SENT


def test_one_connection_carries_a_hundred(sink: Sink, promise: Promise, now: datetime) -> None:
    promise(205)

    assert delivered(now) == {"sent": 205}
    assert len(set(sink.addresses)) == 205
    assert sink.connections == 3


def test_a_process_that_dies_after_the_250_sends_one_more_with_the_same_id(
    sink: Sink, promise: Promise, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise(3)
    with monkeypatch.context() as dying:
        dying.setattr(actions, "_mark_sent", die)
        with pytest.raises(SystemExit):
            actions.deliver(now=now)

    assert delivered(now + timedelta(minutes=9)) == {}
    assert delivered(now + timedelta(minutes=11)) == {"sent": 3}
    ids = [message["Message-ID"] for message in sink.messages]
    assert len(ids) == 4
    assert len(set(ids)) == 3
    assert ids[0] == ids[1]


def _take_over(monkeypatch: pytest.MonkeyPatch, *, at: datetime, then: Exception | None = None) -> None:
    """While the first process is held up at the server, another one takes over its notice at this instant."""
    carry = smtp.Courier.carry

    def held_up(courier: smtp.Courier, message: Any) -> None:
        monkeypatch.setattr(smtp.Courier, "carry", carry)
        assert delivered(at) == {"sent": 1}
        if then:
            raise then
        carry(courier, message)

    monkeypatch.setattr(smtp.Courier, "carry", held_up)


def test_a_slow_process_whose_lease_ran_out_doubles_under_the_same_id(
    sink: Sink, promise: Promise, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    [notice] = promise()
    late = now + timedelta(hours=1)
    _take_over(monkeypatch, at=late)

    assert delivered(now) == {"sent": 1}

    assert [message["Message-ID"] for message in sink.messages] == [notice.message_id] * 2
    fresh = reread(notice)
    assert fresh.sent_at is not None
    assert fresh.sent_at >= late


def test_a_failure_after_the_lease_ran_out_changes_nothing(
    sink: Sink, promise: Promise, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    [notice] = promise()
    _take_over(monkeypatch, at=now + timedelta(hours=1), then=smtp.Deferred("smtp_451"))

    assert delivered(now) == {}
    assert reread(notice).state == NoticeState.SENT


def test_a_lease_outlasts_the_slowest_last_message_of_a_batch() -> None:
    slowest = timedelta(seconds=12 * django_settings.EMAIL_TIMEOUT)

    assert actions.BATCH_TIME + slowest < actions.LEASE
    assert actions.RUN_TIME + slowest < timedelta(minutes=12)


def test_mails_are_not_delivered_inside_a_transaction(sink: Sink, promise: Promise, now: datetime) -> None:
    promise()

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        actions.deliver(now=now)
    assert sink.messages == []


def test_no_transaction_is_open_while_the_server_is_spoken_to(
    sink: Sink, promise: Promise, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise(2)
    open_ones = []
    carry = smtp.Courier.carry

    def watched(courier: smtp.Courier, message: Any) -> None:
        open_ones.append(connection.in_atomic_block)
        carry(courier, message)

    monkeypatch.setattr(smtp.Courier, "carry", watched)

    assert delivered(now) == {"sent": 2}
    assert open_ones == [False, False]


@pytest.mark.parametrize("limit", [100, 7])
def test_deliverers_at_the_same_time_send_each_mail_once(
    sink: Sink, promise: Promise, now: datetime, limit: int
) -> None:
    promise(60)
    start = threading.Barrier(3)
    reports: list[dict[str, int]] = []

    def work() -> None:
        try:
            start.wait(timeout=10)
            reports.append(delivered(now, limit=limit))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)

    assert sum(report.get("sent", 0) for report in reports) == 60
    assert len(reports) == 3
    assert sorted(sink.addresses) == sorted(address(number) for number in range(1, 61))


def test_the_command_prints_one_line_of_json(sink: Sink, promise: Promise, clock: Traveller) -> None:
    promise(2)
    out, words = StringIO(), StringIO()

    call_command("deliver_notices", "--json", stdout=out)
    call_command("deliver_notices", stdout=words)

    assert json.loads(out.getvalue()) == {"sent": 2} | dict.fromkeys(
        ("dropped", "failed", "dead", "postponed", "held"), 0
    )
    assert out.getvalue().count("\n") == 1
    assert words.getvalue().startswith("sent 0, ")


def test_the_task_delivers(sink: Sink, promise: Promise, clock: Traveller) -> None:
    promise()

    tasks.deliver()

    assert sink.addresses == [address(1)]


def test_pauses_grow(sink: Sink, promise: Promise, now: datetime) -> None:
    [notice] = promise()
    sink.replies[address(1)] = "451 try later"
    pauses = []
    for attempt in range(1, backoff.MAX_TRIES):
        at = now + timedelta(days=attempt)
        delivered(at)
        pauses.append(reread(notice).next_try_at - at)

    assert pauses == sorted(pauses)
    assert pauses[-1] >= timedelta(minutes=128)
