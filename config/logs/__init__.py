"""What stands in a log: when, where, which request, ids and codes. Never what somebody typed, nor an error's words.

Three sieves, each for what the one before cannot know: `Discreet` looks at a record's parts, as long as they are apart;
`lines` keeps the fields that are named there and tells errors by their kinds and places; `masks.redacted` takes out of
the finished words whatever has the shape of something personal or secret.
"""

import functools
import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any
from uuid import uuid4

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from config.logs.masks import MASK, masked, without_reference

__all__ = ["Discreet", "hush_uncaught", "masked", "places_of", "with_request_id"]

GetResponse = Callable[[HttpRequest], HttpResponse]
_WRONG_ANSWER = 422
# In Celery's own records: what a task was given and what it said when it failed.
_TOLD_BY_TASKS = {"args", "kwargs", "return_value", "traceback"}
# Loggers whose arguments are known: our own, which give ids and codes, and those whose records were read one by one.
_KNOWN = {"accounts", "cases", "config", "notifications", "observatory", "procedures", "vault", "web"} | {
    "celery", "django", "gunicorn", "kombu", "opposable", "root",
}  # fmt: skip
_SEGMENT = re.compile(r"(?<=/)[^/\s?…]+")
_OURS_BY_SHAPE = re.compile(r"\d{1,10}|[A-Z]{4}-[A-Z]{4}-[A-Z]{3}")
_QUOTED = re.compile(r"'[^']*'")
_log = logging.getLogger("opposable")


class Discreet(logging.Filter):
    """Lets every record pass, masked. A refusal is told without its traceback, a wrong answer as an ordinary event.

    Errors are told by their names and places: their words may repeat what somebody typed, or a row of the database.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", None) == _WRONG_ANSWER:
            record.levelno, record.levelname = logging.INFO, "INFO"
            self._change(record, without_reference)
        self._change(record, masked)
        self._change_by_logger(record)
        if record.exc_info and record.exc_info[1] is not None:
            self._tell_places(record, record.exc_info[1])
        return True

    def _change_by_logger(self, record: logging.LogRecord) -> None:
        first, _, second = record.name.partition(".")
        if first not in _KNOWN:
            self._change_args(record, lambda value: MASK if isinstance(value, str) else value)
        if first == "django" and second.startswith(("request", "security", "server")):
            self._change(record, lambda value: _known_path(value) if isinstance(value, str) else value)
        if first == "django" and second.startswith("security"):
            self._change(record, lambda value: _QUOTED.sub(f"'{MASK}'", value) if isinstance(value, str) else value)

    @staticmethod
    def _tell_places(record: logging.LogRecord, error: BaseException) -> None:
        if isinstance(error, PermissionDenied | Http404):
            record.exc_info = record.exc_text = None
            return
        record.exc_text = "\n".join(places_of(error))

    def _change(self, record: logging.LogRecord, change: Callable[[Any], Any]) -> None:
        record.msg = change(record.msg)
        self._change_args(record, change)

    @staticmethod
    def _change_args(record: logging.LogRecord, change: Callable[[Any], Any]) -> None:
        if isinstance(record.args, tuple):
            record.args = tuple(change(value) for value in record.args)
        elif isinstance(record.args, Mapping):
            named = {name: change(value) for name, value in record.args.items() if name not in _TOLD_BY_TASKS}
            if "exc" in named and record.exc_info and record.exc_info[1]:
                named["exc"] = type(record.exc_info[1]).__name__
            record.args = dict.fromkeys(_TOLD_BY_TASKS & record.args.keys(), MASK) | named


def places_of(error: BaseException) -> Iterator[str]:
    """An ordinary traceback but for the errors' words, the first cause first."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from places_of(before)
        yield "which led to"
    yield "Traceback (most recent call last):"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip("\n")
    yield f"{type(error).__module__}.{type(error).__qualname__}"


def _known_path(text: str) -> str:
    """Of an address the words that ours have, numbers and references; what else stands there was typed by somebody."""
    return _SEGMENT.sub(lambda found: found[0] if _is_ours(found[0]) else MASK, text) if "/" in text else text


def _is_ours(segment: str) -> bool:
    return segment in _words_of_ours() or bool(_OURS_BY_SHAPE.fullmatch(segment))


@functools.cache
def _words_of_ours() -> frozenset[str]:
    return frozenset(word for route in _routes(get_resolver().url_patterns) for word in route.split("/") if word)


def _routes(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[str]:
    for entry in patterns:
        yield str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry.url_patterns)


def with_request_id(get_response: GetResponse) -> GetResponse:
    """Middleware: a fresh random id in each line of a request, and in its answer. What a client sends is not taken."""

    def answer(request: HttpRequest) -> HttpResponse:
        request_id = uuid4().hex[:16]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = get_response(request)
        response["X-Request-Id"] = request_id
        return response

    return answer


def begin_task(task_id: str = "", **_told: Any) -> None:
    """Celery's signal: the task's id in each line of its run."""
    structlog.contextvars.bind_contextvars(task_id=task_id)


def end_task(**_told: Any) -> None:
    structlog.contextvars.unbind_contextvars("task_id")


def hush_uncaught() -> None:
    """What ends a command or a thread is logged like every other error, instead of being printed with its words.

    A line that cannot be written is lost, instead of being printed as it came, before any sieve.
    """
    logging.raiseExceptions = False
    sys.excepthook = _tell_uncaught
    threading.excepthook = _tell_uncaught_of_thread


def _tell_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if isinstance(error, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    _log.critical("uncaught", exc_info=(kind, error, trace))


def _tell_uncaught_of_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
        _log.critical("uncaught", exc_info=(told.exc_type, told.exc_value, told.exc_traceback))
