"""A deploy or a database that is away for a moment doubles no mail."""

import json
import os
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from celery.signals import worker_shutting_down
from django.core.management import call_command
from django.db import InterfaceError, OperationalError
from time_machine import Traveller

from notifications import actions, tasks
from notifications.actions import leaving
from notifications.models import Notice, NoticeState
from tests.notifications.conftest import Matter, Promise, Sink, delivered, reread

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _stays() -> Iterator[None]:
    """The worker that is told to leave is this process: it stays for the next test."""
    yield
    leaving._leaving[0] = 0


def test_who_is_told_to_stop_ends_the_mail_on_its_way_and_keeps_the_others_waiting(
    sink: Sink, promise: Promise, now: datetime
) -> None:
    notices = promise(3)

    assert delivered(now, stops=lambda: bool(sink.messages)) == {"sent": 1, "postponed": 2}

    fresh = [reread(notice) for notice in notices]
    assert [notice.attempts for notice in fresh] == [1, 0, 0]
    assert delivered(now + timedelta(hours=1)) == {"sent": 2}
    assert len(sink.messages) == 3


def test_who_is_told_to_stop_before_takes_nothing(sink: Sink, promise: Promise, now: datetime) -> None:
    [notice] = promise()

    assert delivered(now, stops=lambda: True) == {}
    assert reread(notice).state == NoticeState.WAITING


@pytest.mark.usefixtures("_stays")
def test_the_worker_hears_of_its_sigterm_in_the_processes_that_it_forked(
    sink: Sink, promise: Promise, clock: Traveller
) -> None:
    promise()
    child = os.fork()
    if child == 0:
        worker_shutting_down.send(sender="worker", sig="TERM", how="Warm", exitcode=0)
        os._exit(0)
    os.waitpid(child, 0)

    tasks.deliver()

    assert sink.messages == []


@pytest.mark.usefixtures("_stays")
def test_the_command_ends_well_at_sigterm(sink: Sink, promise: Promise, matter: Matter, clock: Traveller) -> None:
    promise(3)
    before, out = signal.getsignal(signal.SIGTERM), StringIO()

    def told_to_end(notice: Notice) -> dict[str, Any]:
        os.kill(os.getpid(), signal.SIGTERM)
        return {"code": "N1"}

    matter.context = told_to_end
    call_command("deliver_notices", "--json", stdout=out)

    report = json.loads(out.getvalue())
    assert (report["sent"], report["postponed"]) == (1, 2)
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_after_the_250_is_waited_for(
    sink: Sink, promise: Promise, now: datetime, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    [notice] = promise()
    write, failures = actions._write_sent, [error, error]

    def away(*args: Any) -> None:
        if failures:
            raise failures.pop()
        write(*args)

    monkeypatch.setattr(actions, "_write_sent", away)
    monkeypatch.setattr(actions, "PATIENCE", timedelta(0))

    assert delivered(now) == {"sent": 1}
    assert reread(notice).state == NoticeState.SENT
    assert len(sink.messages) == 1


def test_a_database_that_stays_away_is_waited_for_while_the_lease_lasts(
    sink: Sink, promise: Promise, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then whoever takes over sends it again, under the same id: better twice than never."""
    [notice] = promise()

    def away(*args: Any) -> None:
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(actions, "_write_sent", away)
        broken.setattr(actions, "PATIENCE", actions.LEASE)
        with pytest.raises(OperationalError):
            actions.deliver(now=now)
    assert reread(notice).state == NoticeState.SENDING

    assert delivered(now + timedelta(minutes=11)) == {"sent": 1}
    assert [message["Message-ID"] for message in sink.messages] == [notice.message_id] * 2
