"""A broker that hangs or is not there: a request waits half a second for it at most, and cron drains what waits."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from celery import Celery
from django.utils import timezone

from cases.models import Case
from config import ticking
from config.settings.base import redis_broker
from tests.cluster import free_port
from tests.people import HouseClient
from tests.vault import standin
from tests.vault.conftest import engine, store
from tests.web.portal.test_sending import PDF, awaiting, send, sent
from vault.box import pokes
from vault.box.pokes import BUDGET, Broker

__all__ = ["awaiting", "engine", "store"]

pytestmark = pytest.mark.django_db(transaction=True)
# What a machine with other work needs beside the wait itself.
SOME_MORE = 1.0


@contextmanager
def black_hole() -> Iterator[str]:
    """Accepts a connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each poke held its request, in seconds."""
    times, real = list[float](), pokes.poke

    def timed(task: str) -> None:
        start = time.monotonic()
        real(task)
        times.append(time.monotonic() - start)

    monkeypatch.setattr(pokes, "poke", timed)
    monkeypatch.setattr(Broker, "away_until", 0.0)
    monkeypatch.setattr(Broker, "waiting", None)
    return times


def with_broker(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """As production's settings have it."""
    app = Celery("away", set_as_current=False)
    app.config_from_object(redis_broker(url), namespace="CELERY")
    app.conf.update(task_publish_retry=False, task_ignore_result=True)
    monkeypatch.setattr(pokes, "current_app", app)


def test_a_broker_that_hangs_holds_a_request_half_a_second_and_the_next_ones_not_at_all(
    mine: HouseClient,
    awaiting: Case,
    engine: standin.Engine,
    store: Path,
    waits: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with black_hole() as url:
        with_broker(monkeypatch, url)
        answers = [send(mine, awaiting, PDF) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [302, 302, 302]
        assert BUDGET <= waits[0] < BUDGET + SOME_MORE
        assert max(waits[1:]) < BUDGET
    assert len(sent(awaiting)) == 3

    done = ticking.tick(now=timezone.now())

    assert done.failed == {}
    assert {deposit.state for deposit in sent(awaiting)} == {"A_CONFIRMER"}


def test_a_broker_that_is_not_there_loses_the_poke_and_nothing_else(
    mine: HouseClient, awaiting: Case, store: Path, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    with_broker(monkeypatch, f"redis://127.0.0.1:{free_port()}/0")

    assert send(mine, awaiting, PDF).status_code == 302

    assert max(waits) < BUDGET + SOME_MORE
    assert [deposit.state for deposit in sent(awaiting)] == ["RECU"]
