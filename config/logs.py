"""What never stands in a log: tokens, what was asked of a search, words of an error; noise about ordinary refusals."""

import logging
import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

_TOKEN = re.compile(r"(/invitation/)[^\s\"']+")
_REFERENCE = re.compile(r"(/(?:desk/dossiers|espace)/)(?!nouveau/)[^/\s]+")
# In the place of a case's reference somebody may have typed a name.
_NO_REFERENCE = re.compile(r"(/desk/dossiers/)(?![A-Z]{4}-[A-Z]{4}-[A-Z]{3}\b|nouveau/)[^/\s?]+")
_QUERY = re.compile(r"(/[^\s\"'?]*\?)[^\s\"']+")
_MASK = r"\1…"
_WRONG_ANSWER = 422
# In Celery's own records: what a task was given and what it said when it failed.
_TOLD_BY_TASKS = {"args", "kwargs", "return_value", "traceback"}


def masked(value: Any) -> Any:
    """A message or an argument without tokens and queries; of an error its name alone. Other things as they are."""
    if isinstance(value, BaseException):
        return type(value).__name__
    if not isinstance(value, str):
        return value
    return _QUERY.sub(_MASK, _NO_REFERENCE.sub(_MASK, _TOKEN.sub(_MASK, value)))


class Discreet(logging.Filter):
    """Lets every record pass, masked. A refusal is told without its traceback, a wrong answer as an ordinary event.

    Errors are told by their names and places: their words may repeat what somebody typed, or a row of the database.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", None) == _WRONG_ANSWER:
            record.levelno, record.levelname = logging.INFO, "INFO"
            self._change(record, lambda value: _REFERENCE.sub(_MASK, value) if isinstance(value, str) else value)
        self._change(record, masked)
        if record.exc_info and record.exc_info[1] is not None:
            self._tell_places(record, record.exc_info[1])
        return True

    @staticmethod
    def _tell_places(record: logging.LogRecord, error: BaseException) -> None:
        if isinstance(error, PermissionDenied | Http404):
            record.exc_info = record.exc_text = None
            return
        record.exc_text = "\n".join(_places(error))

    @staticmethod
    def _change(record: logging.LogRecord, change: Callable[[Any], Any]) -> None:
        record.msg = change(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(change(value) for value in record.args)
        elif isinstance(record.args, Mapping):
            named = {name: change(value) for name, value in record.args.items() if name not in _TOLD_BY_TASKS}
            if "exc" in named and record.exc_info and record.exc_info[1]:
                named["exc"] = type(record.exc_info[1]).__name__
            record.args = dict.fromkeys(_TOLD_BY_TASKS & record.args.keys(), "…") | named


def _places(error: BaseException) -> Iterator[str]:
    """An ordinary traceback but for the errors' words, the first cause first."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _places(before)
        yield "which led to"
    yield "Traceback (most recent call last):"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip("\n")
    yield f"{type(error).__module__}.{type(error).__qualname__}"
