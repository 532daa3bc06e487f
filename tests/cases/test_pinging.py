"""Dead man's switches, against a server on loopback that answers, refuses, hangs or is not there."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError
from pytest_django import Settings

from accounts.models import Association, Membership
from cases import actions
from cases.actions import pinging, sweeping
from config.settings.given import addresses_to_ping
from tests.cases.conftest import OpenOne
from tests.cluster import free_port

pytestmark = pytest.mark.django_db


class Watcher(BaseHTTPRequestHandler):
    """Answers what its path says: /ok, /500, /away (a redirect), /hang until the test is over."""

    def do_GET(self) -> None:
        server: Any = self.server
        server.asked.append((self.path, {name.lower() for name in self.headers}))
        if self.path.startswith("/hang"):
            server.over.wait(timeout=30)
        if self.path.startswith("/away"):
            self.send_response(302)
            self.send_header("Location", "/ok/elsewhere")
        else:
            self.send_response(500 if self.path.startswith("/500") else 200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.mark.parametrize("address", ["http://127.0.0.1:99999/ok", "http://[::1/ok", "http://127.0.0.1:x/ok"])
def test_an_address_that_is_none_is_one_that_did_not_answer(address: str) -> None:
    """A thread that dies of it would be a warning, which fails here."""
    assert pinging.count_heard([address]) == 0


@pytest.fixture
def watcher(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The server; `asked` holds each path with the names of its headers. Patience is short here."""
    monkeypatch.setattr(pinging, "WITHIN", 2.0)
    monkeypatch.setattr(pinging, "BUDGET", 3.0)
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Watcher)
    server.asked, server.over, server.daemon_threads = [], threading.Event(), True
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()


def paths(watcher: Any) -> list[str]:
    return sorted(path for path, _ in watcher.asked)


def test_after_a_sweep_each_address_is_asked_once_and_told_nothing(
    association: Association, other_association: Association, watcher: Any, settings: Settings, now: datetime
) -> None:
    settings.SWEEP_PINGS = {
        association.slug: f"{watcher.url}/ok/first?every=10",
        other_association.slug: f"{watcher.url}/ok/second",
        "*": f"{watcher.url}/ok/all",
        "nobody": f"{watcher.url}/ok/nobody",
    }

    actions.sweep(today=now.date(), at=now)

    assert paths(watcher) == ["/ok/all", "/ok/first?every=10", "/ok/second"]
    assert {header for _, headers in watcher.asked for header in headers} == {"host", "accept-encoding"}


def test_cron_pings_as_the_worker_does(association: Association, watcher: Any, settings: Settings) -> None:
    settings.SWEEP_PINGS = {association.slug: f"{watcher.url}/ok"}

    call_command("sweep_deadlines", today="2026-11-23", verbosity=0)
    call_command("sweep_deadlines", today="2026-11-23", dry_run=True, verbosity=0)

    assert paths(watcher) == ["/ok"]


@pytest.mark.parametrize("answer", ["500", "away", "hang", "down"])
def test_whatever_the_watcher_does_the_sweep_is_done_and_soon_over(
    open_one: OpenOne, in_scope: Membership, watcher: Any, settings: Settings, now: datetime, answer: str
) -> None:
    open_one(sent=90)
    url = f"http://127.0.0.1:{free_port()}" if answer == "down" else f"{watcher.url}/{answer}"
    settings.SWEEP_PINGS = {in_scope.association.slug: url, "*": f"{watcher.url}/ok"}
    began = time.monotonic()

    done = actions.sweep(today=now.date(), at=now)

    assert done.flagged >= 1
    assert done.set_aside == 0
    assert time.monotonic() - began < 20
    assert "/ok" in paths(watcher)
    assert "/ok/elsewhere" not in paths(watcher)


def test_many_that_hang_cost_no_more_than_one(watcher: Any) -> None:
    began = time.monotonic()

    heard = pinging.count_heard([f"{watcher.url}/hang/{number}" for number in range(4)] + [f"{watcher.url}/ok"])

    assert heard == 1
    assert time.monotonic() - began < 10


def test_an_answer_that_drips_is_left_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pinging, "WITHIN", 0.5)
    monkeypatch.setattr(pinging, "BUDGET", 1.0)
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            peer, _ = server.accept()
            with peer:
                while not over.wait(timeout=0.1):
                    peer.sendall(b"H")

        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()

        heard = pinging.count_heard([f"http://127.0.0.1:{server.getsockname()[1]}/"])

        over.set()
    assert heard == 0
    assert time.monotonic() - began < 5


def test_an_association_that_was_set_aside_falls_silent_and_the_instance_with_it(
    association: Association,
    other_association: Association,
    watcher: Any,
    settings: Settings,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.SWEEP_PINGS = {
        association.slug: f"{watcher.url}/ok/first",
        other_association.slug: f"{watcher.url}/ok/second",
        "*": f"{watcher.url}/ok/all",
    }
    whole = sweeping._sweep_one

    def fail(association_id: int, **told: Any) -> sweeping.Sweep:
        if association_id == association.pk:
            raise DatabaseError
        return whole(association_id, **told)

    monkeypatch.setattr(sweeping, "_sweep_one", fail)

    done = actions.sweep(today=now.date(), at=now)

    assert done.set_aside == 1
    assert paths(watcher) == ["/ok/second"]


def test_without_addresses_nobody_is_asked(association: Association, settings: Settings, now: datetime) -> None:
    settings.SWEEP_PINGS = {}

    assert actions.sweep(today=now.date(), at=now).set_aside == 0


# The setting: the operator's alone, never a form's.


def test_the_setting_is_read_from_one_line_or_from_a_file_of_them() -> None:
    first, whole = "https://hc.example/abc?x=1", "http://127.0.0.1:9000/"

    assert addresses_to_ping(f"union={first} *={whole}") == {"union": first, "*": whole}
    assert addresses_to_ping(f"\nunion={first}\n\n  *={whole}\n") == {"union": first, "*": whole}
    assert addresses_to_ping("") == {}


@pytest.mark.parametrize(
    "text",
    [
        "union=http://hc.example/zq-key",
        "union=ftp://hc.example/zq-key",
        "union=file:///etc/zq-key",
        "union=https:///zq-key",
        "union=https://user:zq-key@hc.example/",
        "union=https://hc.example:no/zq-key",
        "https://hc.example/zq-key",
        "Union=https://hc.example/zq-key",
        "union=https://hc.example/zq-key union=https://hc.example/",
    ],
)
def test_what_cannot_be_asked_safely_is_refused_without_repeating_the_key(text: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        addresses_to_ping(text)

    assert "SWEEP_PINGS" in str(refused.value)
    assert "zq-key" not in str(refused.value)
