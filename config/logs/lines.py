"""How a record becomes a line: JSON in production, readable elsewhere; only fields that are named here get into it."""

import logging
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

from config.logs import places_of
from config.logs.masks import redacted

Event = MutableMapping[str, Any]
FIELDS = ("at", "level", "logger", "event", "request_id", "task_id", "errors", "places")
_NO_WORDS = ("at", "level", "places")


def json_lines() -> logging.Formatter:
    """One object a line. `errors`: kinds, the first cause first; `places`: file:line function, of all of them."""
    return _formatter(tell_errors, structlog.processors.JSONRenderer(sort_keys=True, ensure_ascii=False))


def readable() -> logging.Formatter:
    """A line for people, and a traceback without its errors' words."""
    return _formatter(tell_traceback, in_one_line)


def _formatter(of_errors: Processor, render: Processor) -> logging.Formatter:
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    return ProcessorFormatter(
        foreign_pre_chain=before, processors=[of_errors, only_known_fields, redact, render], keep_exc_info=False
    )


def tell_errors(_logger: Any, _method: str, event: Event) -> Event:
    error = _error_of(event)
    if error is not None:
        chain = list(_chain(error))
        event["errors"] = [f"{type(one).__module__}.{type(one).__qualname__}" for one in chain]
        event["places"] = [place for one in chain for place in _places(one)]
    return event


def tell_traceback(_logger: Any, _method: str, event: Event) -> Event:
    error = _error_of(event)
    if error is not None:
        event["places"] = list(places_of(error))
    return event


def only_known_fields(_logger: Any, _method: str, event: Event) -> Event:
    """What a library hangs on a record (a request, a user, an address) is not told."""
    return {name: event[name] for name in FIELDS if name in event}


def redact(_logger: Any, _method: str, event: Event) -> Event:
    """The last one before the line is written."""
    for name, value in event.items():
        if name not in _NO_WORDS and isinstance(value, str):
            event[name] = redacted(value)
    return event


def in_one_line(_logger: Any, _method: str, event: Event) -> str:
    where = event.get("request_id") or event.get("task_id") or "-"
    line = f"{event['at']} {event['level'].upper()} {event['logger']} {where} {_unbroken(event['event'])}"
    return "\n".join([line, *event.get("places", [])])


def _unbroken(text: str) -> str:
    """What somebody typed begins no line of its own."""
    return text.replace("\r", "\\r").replace("\n", "\\n")


def _error_of(event: Event) -> BaseException | None:
    told = event.get("exc_info")
    return told[1] if told else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _chain(before)
    yield error


def _places(error: BaseException) -> Iterator[str]:
    """No line of code: where it stands says which one it is."""
    for frame in traceback.extract_tb(error.__traceback__, limit=-40):
        yield f"{frame.filename}:{frame.lineno} {frame.name}"
