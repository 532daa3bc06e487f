"""Pytest plugin: a world stricter than production, so that what would fail one day fails today.

- an unordered queryset comes back in random order (the order of one run is that of its `-p randomly` seed);
- an undefined variable in one of our templates fails the test, in a `{% for %}` too;
- no socket leaves loopback;
- keys, caches, language and scope are as new for every test.
"""

import random
import socket
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.db.models import QuerySet
from django.template import Engine
from django.template.base import FilterExpression
from django.template.context import Context
from django.template.defaulttags import ForNode
from django.utils import translation

from accounts import scope
from accounts.fields import forget_keys

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = {"", "localhost", "::1", "127.0.0.1", "0.0.0.0", "::"}


class UndefinedVariable(AssertionError):
    """A template asks for what its view does not give."""


class SocketOutside(AssertionError):
    """A test tried to reach another machine."""


@pytest.fixture(scope="session", autouse=True)
def _stricter_world() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(QuerySet, "_fetch_all", _shuffled(QuerySet._fetch_all))
    patch.setattr(socket.socket, "connect", _loopback_only(socket.socket.connect))
    patch.setattr(socket.socket, "connect_ex", _loopback_only(socket.socket.connect_ex))
    patch.setattr(socket, "getaddrinfo", _resolve_loopback_only(socket.getaddrinfo))
    patch.setattr(Engine, "__init__", _strict_engine(Engine.__init__))
    patch.setattr(Engine.get_default(), "string_if_invalid", Undefined())
    patch.setattr(ForNode, "__init__", _strict_sequence(ForNode.__init__))
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _as_new() -> Iterator[None]:
    forget_keys()
    cache.clear()
    with translation.override("fr"):
        yield
    assert scope.current() is None, "The test left an association in scope."
    forget_keys()


@pytest.fixture
def today() -> date:
    """A Monday; the day on which most tests happen. Hand it over as an argument; only `clock` makes it the real one."""
    return date(2026, 11, 23)


@pytest.fixture
def now(today: date) -> datetime:
    """Ten in the morning of `today` in Paris."""
    return datetime(today.year, today.month, today.day, 10, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    """The process's clock stands at `now`; `clock.shift(seconds)` and `clock.move_to(...)` move it."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


def _shuffled(fetch_all: Any) -> Any:
    def fetch(self: QuerySet[Any]) -> None:
        fresh = self._result_cache is None
        fetch_all(self)
        if fresh and self._result_cache and not self.ordered:
            random.shuffle(self._result_cache)

    return fetch


class Undefined(str):
    """`string_if_invalid` of the tests: "" to other people's templates, an error in ours."""

    __slots__ = ()

    def __bool__(self) -> bool:
        frame = sys._getframe(1)
        return frame.f_code is FilterExpression.resolve.__code__ and _is_ours(frame.f_locals["context"])

    def __contains__(self, sign: object) -> bool:
        return True

    def __mod__(self, variable: object) -> str:
        context = sys._getframe(1).f_locals["context"]
        raise UndefinedVariable(f"{{{{ {variable} }}}} is undefined in {_template_name(context)}")


class StrictSequence:
    """What a `{% for %}` walks over, looked up without Django's tolerance for an undefined name."""

    def __init__(self, expression: FilterExpression) -> None:
        self.expression = expression

    def resolve(self, context: Context, ignore_failures: bool = False) -> Any:
        return self.expression.resolve(context, ignore_failures and not _is_ours(context))

    def __str__(self) -> str:
        return str(self.expression)


def _strict_engine(init: Any) -> Any:
    """A test that changes DEBUG or TEMPLATES makes Django build its engines anew: they are as strict as the first."""

    def __init__(self: Engine, *options: Any, **named: Any) -> None:  # noqa: N807  stands in for one
        init(self, *options, **named)
        self.string_if_invalid = Undefined()

    return __init__


def _strict_sequence(init: Any) -> Any:
    def __init__(self: ForNode, loopvars: Any, sequence: FilterExpression, *rest: Any) -> None:  # noqa: N807  stands in for one
        init(self, loopvars, StrictSequence(sequence), *rest)

    return __init__


def _template_name(context: Context) -> str:
    template = getattr(context, "render_context").template  # noqa: B009  the stubs do not know it
    return str(template.origin.name)


def _is_ours(context: Context) -> bool:
    """Written from a string, or lying in the repository but not in its virtual environment."""
    path = Path(_template_name(context))
    return not path.is_absolute() or (path.is_relative_to(ROOT) and not path.is_relative_to(ROOT / ".venv"))


def _loopback_only(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
            raise SocketOutside(f"A test may not reach {address[0]}.")
        return connect(self, address)

    return guarded


def _resolve_loopback_only(getaddrinfo: Any) -> Any:
    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host and not _is_loopback(host):
            raise SocketOutside(f"A test may not look up {host}.")
        return getaddrinfo(host, *args, **kwargs)

    return guarded


def _is_loopback(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    return name in LOOPBACK or name.startswith("127.")
