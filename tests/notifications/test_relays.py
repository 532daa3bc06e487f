"""A relay that is set up wrong, a run that lasts too long: no mail is given up for what is not its own fault."""

import time
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from accounts.models import Association
from notifications import actions
from notifications.models import Notice, NoticeState
from tests import factories
from tests.notifications.conftest import Matter, Promise, Sink, address, delivered, reread

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("answer", ["554 5.7.1 Relay access denied", "550 no"])
def test_a_relay_that_refuses_everybody_buries_no_mail_and_ends_the_run(
    answer: str, sink: Sink, promise: Promise, now: datetime
) -> None:
    notices = promise(20)
    sink.replies = {address(number): answer for number in range(1, 21)}

    assert delivered(now) == {"failed": 5, "postponed": 15}
    assert delivered(now + timedelta(minutes=1, seconds=5)) == {"failed": 5, "postponed": 10}
    assert [reread(notice).attempts for notice in notices] == [1] * 10 + [0] * 10

    sink.replies = {}
    assert delivered(now + timedelta(minutes=10)) == {"sent": 20}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("554 5.7.1 <zq1@exemple.invalid>: Relay access denied", "denied_554"),
        ("550 relay not permitted", "denied_550"),
        ("550 Relaying denied", "denied_550"),
        ("553 not in my list of allowed hosts (#5.7.1)", "denied_553"),
        ("530 Authentication required", "denied_530"),
        ("504 5.5.2 <a1b2c3>: Helo command rejected: need fully-qualified hostname", "denied_504"),
        ("550 5.1.0 <noreply@exemple.invalid>: Sender address rejected: User unknown", "denied_550"),
        ("550 5.1.8 Access denied, bad outbound sender", "denied_550"),
        ("550 Sender verify failed", "denied_550"),
    ],
)
def test_what_a_server_says_of_us_is_tried_again(
    answer: str, code: str, sink: Sink, promise: Promise, now: datetime
) -> None:
    [denied, _] = promise(2)
    sink.replies[address(1)] = answer

    assert delivered(now) == {"sent": 1, "failed": 1}
    assert (reread(denied).state, reread(denied).error_class) == (NoticeState.WAITING, code)


EXPLAINED = "550 5.1.1 unknown, says relay 5.7.example"


@pytest.mark.parametrize(
    ("answer", "many", "report"),
    [
        ("550 no such user", 9, {"sent": 5, "dead": 4}),
        (EXPLAINED, 9, {"sent": 5, "dead": 4}),
        (EXPLAINED, 4, {"dead": 4}),
    ],
)
def test_four_bad_addresses_in_a_row_are_dead_at_once(
    answer: str, many: int, report: dict[str, int], sink: Sink, promise: Promise, now: datetime
) -> None:
    promise(many)
    sink.replies = {address(number): answer for number in range(1, 5)}

    assert delivered(now) == report


@pytest.mark.parametrize(
    "answer",
    [
        "550 no",
        "550 5.0.0 no",
        "552 no",
        "550 <zq5.1.1@exemple.invalid>: no",
        "550 5.4.5 Daily user sending limit exceeded",
        "550 5.1.90 daily limit",
        "554 5.3.5 Local configuration error",
    ],
)
def test_few_that_are_refused_without_a_reason_wait_until_the_server_takes_a_mail(
    answer: str, sink: Sink, promise: Promise, now: datetime
) -> None:
    """A relay that refuses everybody so may have fewer than five to refuse."""
    [bad, good] = promise(2)
    sink.replies = {address(number): answer for number in (1, 2)}

    assert delivered(now) == {"failed": 2}

    sink.replies.pop(address(2))
    assert delivered(now + timedelta(minutes=10)) == {"sent": 1, "dead": 1}
    assert [reread(bad).state, reread(good).state] == [NoticeState.DEAD, NoticeState.SENT]


def test_one_that_is_always_refused_without_a_reason_is_dead_after_eight_tries(
    sink: Sink, promise: Promise, now: datetime
) -> None:
    [notice] = promise(1)
    sink.replies[address(1)] = "550 no"

    reports = [delivered(now + timedelta(days=attempt)) for attempt in range(9)]

    assert reports == [{"failed": 1}] * 7 + [{"dead": 1}, {}]
    assert (reread(notice).state, reread(notice).error_class) == (NoticeState.DEAD, "smtp_550")


def test_bad_addresses_between_good_ones_never_end_a_run(sink: Sink, promise: Promise, now: datetime) -> None:
    promise(14)
    sink.replies = {address(number): "550 no such user" for number in range(1, 15, 2)}

    assert delivered(now) == {"sent": 7, "dead": 7}


def test_what_was_refused_before_a_run_was_stopped_is_settled(sink: Sink, promise: Promise, now: datetime) -> None:
    notices = promise(2)
    sink.replies[address(1)] = EXPLAINED

    report = actions.deliver(now=now, limit=1, stops=lambda: sink.connections > 0)

    assert (report.dead, report.sent) == (1, 0)
    assert [reread(one).state for one in notices] == [NoticeState.DEAD, NoticeState.WAITING]


def test_a_run_ends_in_time_however_many_associations_have_a_batch(
    sink: Sink, promise: Promise, now: datetime, association: Association, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker's hard limit kills after ten minutes; each of these mails takes three."""
    minutes, waiting = [0], list[Notice]()
    for one in (association, factories.make_association(), factories.make_association()):
        waiting += promise(3, of=one)

    def slowly() -> str:
        minutes[0] += 3
        return ""

    start = time.monotonic() + 30
    monkeypatch.setattr(actions, "time", SimpleNamespace(monotonic=lambda: start + minutes[0] * 60))
    sink.data_reply = slowly

    assert delivered(now) == {"sent": 3, "postponed": 3}
    assert minutes == [9]
    left = [reread(notice) for notice in waiting]
    assert [one.attempts for one in left if one.state == NoticeState.WAITING] == [0] * 6


def test_a_worker_whose_time_is_over_says_nothing_about_the_mail_on_its_way(
    sink: Sink, promise: Promise, matter: Matter, now: datetime
) -> None:
    [on_its_way, _] = promise(2)

    def over(_notice: Notice) -> dict[str, Any]:
        raise SoftTimeLimitExceeded

    sound, matter.context = matter.context, over
    with pytest.raises(SoftTimeLimitExceeded):
        actions.deliver(now=now)
    assert (reread(on_its_way).state, reread(on_its_way).error_class) == (NoticeState.SENDING, "")

    matter.context = sound
    assert delivered(now + actions.LEASE + timedelta(minutes=1)) == {"sent": 2}
