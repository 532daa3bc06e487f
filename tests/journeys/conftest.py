"""A live platform for a real browser: pages over HTTP, a Celery worker, a mail server on loopback, a clock that stands.

Everything runs in this process, so that pages, worker and test share the stopped clock: Monday 23 November 2026, 10:00.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
import time_machine
from celery import Task
from celery.contrib.testing.worker import start_worker
from celery.signals import task_postrun
from django.conf import LazySettings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from config import celery
from config.settings import base
from tests.database import CHROMIUM
from tests.notifications.conftest import Sink, sink
from web.demo import seed

__all__ = ["sink"]

TASK_WITHIN = 20.0
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WITHIN = 10_000  # milliseconds
expect.set_options(timeout=WITHIN)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": CHROMIUM, "args": list(FLAGS), "headless": True}


@pytest.fixture(scope="session")
def collected() -> None:
    """Static files as production serves them: hashed names, one sheet."""
    with override_settings(STORAGES=base.STORAGES):
        call_command("collectstatic", interactive=False, verbosity=0)


class NoHandler(WSGIHandler):
    """Stands where a test server would hand out static files itself: leaves them to the platform."""

    def __init__(self, application: WSGIHandler) -> None:
        self.application = application

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.application(environ, start_response)


@pytest.fixture
def platform(
    transactional_db: None, collected: None, settings: LazySettings, sink: Sink, clock: time_machine.Traveller
) -> Iterator[str]:
    """The platform's address; its static files come from WhiteNoise, as in production."""
    settings.STORAGES = base.STORAGES
    server = LiveServerThread("127.0.0.1", static_handler=NoHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    settings.PUBLIC_ORIGIN = f"http://localhost:{server.port}"  # a passkey belongs to a name, never to a number
    yield settings.PUBLIC_ORIGIN
    server.terminate()


@pytest.fixture
def seeded(platform: str, today: date) -> None:
    """The demo's data: its volunteers sign in, last year's campaign is over."""
    seed.seed(cases_wanted=60, associations=1, number=1, today=today)


@dataclass
class Watch:
    """What no page may do: break its own policy, fail in a script, ask for what is missing or for another site."""

    home: str
    complaints: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        page.on("console", self.console)
        page.on("pageerror", lambda error: self.complaints.append(f"a script failed: {error}"))
        page.on("request", self.request)
        page.on("requestfinished", self.finished)

    def console(self, message: ConsoleMessage) -> None:
        # A refused form answers 422: the browser notes it as an error, and it is none.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def request(self, request: Request) -> None:
        if not request.url.startswith(self.home):
            self.complaints.append(f"asks another site: {request.url}")

    def finished(self, request: Request) -> None:
        response = request.response()
        # A form that a script sends may be refused like any other.
        if response and response.status >= 400 and response.status != 422 and not request.is_navigation_request():
            self.complaints.append(f"{response.status} for {request.url}")


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(platform: str, browser: Browser) -> Iterator[OpenPage]:
    """`open_page()` is a page of a new, unknown browser; arguments go to Playwright's `new_context`."""
    watch = Watch(platform)
    contexts: list[BrowserContext] = []

    def opened(**options: Any) -> Page:
        context = browser.new_context(**{"base_url": platform, "locale": "fr-FR", **options})
        context.set_default_timeout(WITHIN)
        contexts.append(context)
        context.on("page", watch.follow)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert not watch.complaints


@pytest.fixture
def worker(platform: str) -> Iterator[None]:
    """A Celery worker on the real broker: Redis in the main leg, else files."""
    celery.make_file_broker_folders()
    task_postrun.connect(_close_connections)
    celery.app.control.purge()
    with start_worker(celery.app, pool="solo", concurrency=1, perform_ping_check=False, shutdown_timeout=30):
        yield
    task_postrun.disconnect(_close_connections)


def _close_connections(**_: Any) -> None:
    connections.close_all()


@contextmanager
def done_by_worker(task: "Task[Any, Any]") -> Iterator[None]:
    """Leaves when the worker has finished one run of the task that the block asks for."""
    finished = threading.Event()

    def noted(sender: Any, state: str, **_: Any) -> None:
        if sender.name == task.name and state == "SUCCESS":
            finished.set()

    task_postrun.connect(noted)
    try:
        yield
        assert finished.wait(TASK_WITHIN), f"The worker did not finish {task.name} within {TASK_WITHIN:.0f} s."
    finally:
        task_postrun.disconnect(noted)
