"""Refusals, hangs, deaths and poison: what fails is tried again or given up, and stops no other."""

import contextlib
import logging
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts import scope
from accounts.models import Association
from notifications import actions
from notifications.models import Notice, NoticeState
from notifications.registry import Recipient
from tests.notifications.conftest import Matter, Promise, Sink, address, delivered, die, reread

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_451_is_tried_again_later_and_later(sink: Sink, promise: Promise, now: datetime) -> None:
    [notice, _] = promise(2)
    sink.replies[address(1)] = "451 try later"

    assert delivered(now) == {"sent": 1, "failed": 1}
    fresh = reread(notice)
    assert (fresh.state, fresh.error_class, fresh.attempts) == (NoticeState.WAITING, "smtp_451", 1)
    assert timedelta(minutes=2) <= fresh.next_try_at - now < timedelta(minutes=3)
    assert delivered(now + timedelta(minutes=1)) == {}

    sink.replies.clear()
    assert delivered(now + timedelta(minutes=3)) == {"sent": 1}
    assert reread(notice).error_class == ""
    assert sink.connections == 2


def test_the_eighth_451_makes_it_dead_and_retry_revives_it(sink: Sink, promise: Promise, now: datetime) -> None:
    [notice] = promise()
    sink.replies[address(1)] = "451 try later"

    reports = [delivered(now + timedelta(days=attempt)) for attempt in range(9)]

    assert reports == [{"failed": 1}] * 7 + [{"dead": 1}, {}]
    with scope.enter(notice.association_id):
        assert list(Notice.objects.dead()) == [notice]
        sink.replies.clear()
        assert actions.retry(notice, at=now) is True
        assert actions.retry(notice, at=now) is False
    assert delivered(now) == {"sent": 1}


def test_a_550_is_dead_at_once_and_stops_nobody(sink: Sink, promise: Promise, now: datetime) -> None:
    [notice, *_] = promise(3)
    sink.replies[address(1)] = "550 no such user"

    assert delivered(now) == {"sent": 2, "dead": 1}
    assert (reread(notice).state, reread(notice).error_class) == (NoticeState.DEAD, "smtp_550")
    assert sink.connections == 1


def test_refused_content_is_dead_too(sink: Sink, promise: Promise, now: datetime) -> None:
    promise()
    sink.data_reply = lambda: "554 5.6.0 looks like spam"

    assert delivered(now) == {"dead": 1}


def test_a_refused_sender_is_our_own_fault_and_kills_no_notice(sink: Sink, promise: Promise, now: datetime) -> None:
    promise(2)
    sink.sender_reply = "553 who are you"

    assert delivered(now) == {"failed": 2}
    sink.sender_reply = ""
    assert delivered(now + timedelta(minutes=3)) == {"sent": 2}


def test_a_421_closes_the_connection_and_the_next_goes_through_a_new_one(
    sink: Sink, promise: Promise, now: datetime
) -> None:
    promise(3)
    sink.replies[address(2)] = "421 too many"

    assert delivered(now) == {"sent": 2, "failed": 1}
    assert sink.connections == 2


def test_a_poison_notice_stops_nobody_and_tells_nothing_personal(
    sink: Sink, promise: Promise, matter: Matter, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    [first, poison, last] = promise(3)

    def context(notice: Notice) -> dict[str, str]:
        if notice.pk == poison.pk:
            raise RuntimeError(f"no words for {address(2)}, Zqnom Dupont")
        return {"code": "N"}

    matter.context = context
    with caplog.at_level(logging.DEBUG):
        assert delivered(now) == {"sent": 2, "failed": 1}

    assert (reread(poison).state, reread(poison).error_class) == (NoticeState.WAITING, "RuntimeError")
    assert f"notice {poison.pk} failed" in caplog.text
    assert "zq" not in caplog.text.lower()
    assert [reread(notice).state for notice in (first, last)] == [NoticeState.SENT] * 2


def test_an_impossible_address_is_poison_of_its_own(
    sink: Sink, promise: Promise, matter: Matter, now: datetime
) -> None:
    promise(2)
    matter.recipients[1] = Recipient("a@b.invalid\r\nBcc: all@exemple.invalid")

    assert delivered(now) == {"sent": 1, "failed": 1}
    assert sink.addresses == [address(2)]


def test_a_kind_that_was_removed_is_poison_too(
    sink: Sink, promise: Promise, now: datetime, association: Association
) -> None:
    [gone, _] = promise(2)
    with scope.enter(association.pk):
        Notice.objects.filter(pk=gone.pk).update(kind="removed")

    assert delivered(now) == {"sent": 1, "failed": 1}
    assert reread(gone).error_class == "UnknownKind"


def test_a_notice_that_kills_its_process_is_given_up_after_eight_tries(
    sink: Sink, promise: Promise, matter: Matter, now: datetime
) -> None:
    [killer] = promise()
    matter.context = die  # type: ignore[assignment]  # never returns
    for death in range(8):
        with pytest.raises(SystemExit):
            actions.deliver(now=now + timedelta(hours=death))

    assert delivered(now + timedelta(hours=9)) == {"dead": 1}
    assert (reread(killer).state, reread(killer).error_class) == (NoticeState.DEAD, "interrupted")


def test_a_server_that_is_away_costs_no_try(sink: Sink, promise: Promise, now: datetime, settings: Any) -> None:
    notices = promise(3)
    with _closed_port() as port:
        settings.EMAIL_PORT = port
        assert delivered(now) == {"postponed": 3}
        assert delivered(now + timedelta(seconds=30)) == {}
        assert delivered(now + timedelta(minutes=1, seconds=5)) == {"postponed": 3}
    assert [reread(notice).attempts for notice in notices] == [0, 0, 0]

    settings.EMAIL_PORT = sink.port
    assert delivered(now + timedelta(hours=2)) == {"sent": 3}


def test_a_server_that_is_away_ends_the_run_for_every_association(
    other_association: Association, sink: Sink, promise: Promise, now: datetime, settings: Any
) -> None:
    mine, theirs = promise(1), promise(1, of=other_association)
    with _closed_port() as port:
        settings.EMAIL_PORT = port
        assert delivered(now) == {"postponed": 1}

    settings.EMAIL_PORT = sink.port
    assert delivered(now + timedelta(seconds=30)) == {"sent": 1}
    assert {reread(notice).state for notice in [*mine, *theirs]} == {NoticeState.WAITING, NoticeState.SENT}


@contextlib.contextmanager
def _closed_port() -> Iterator[int]:
    """A port that is held and refuses connections."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_a_server_that_accepts_and_says_nothing_is_away(
    sink: Sink, promise: Promise, now: datetime, settings: Any
) -> None:
    promise(2)
    settings.EMAIL_TIMEOUT = 0.2
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_PORT = silent.getsockname()[1]
        assert delivered(now) == {"postponed": 2}


def test_a_server_that_hangs_after_the_text_ends_the_run_after_three_losses(
    sink: Sink, promise: Promise, now: datetime, settings: Any
) -> None:
    promise(10)
    settings.EMAIL_TIMEOUT = 0.2
    sink.hang = 1.0

    assert delivered(now) == {"failed": 3, "postponed": 7}


def test_a_batch_out_of_time_gives_the_rest_back(
    sink: Sink, promise: Promise, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices = promise(2)
    monkeypatch.setattr(actions, "BATCH_TIME", timedelta(0))

    assert delivered(now) == {"postponed": 2}
    assert [reread(notice).attempts for notice in notices] == [0, 0]


def test_a_run_ends_when_its_time_is_over(
    sink: Sink, promise: Promise, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise(1)
    monkeypatch.setattr(actions, "RUN_TIME", timedelta(0))

    assert delivered(now) == {}
