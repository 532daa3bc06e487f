"""What never stands in a log: an invitation's token; noise about ordinary refusals."""

import logging
import re
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

_TOKEN = re.compile(r"(/invitation/)[^\s\"']+")
_REFERENCE = re.compile(r"(/(?:desk/dossiers|espace)/)(?!nouveau/)[^/\s]+")
_MASK = r"\1…"
_WRONG_ANSWER = 422


def masked(value: Any) -> Any:
    """A message or an argument without the secret of an invitation's address; other things as they are."""
    return _TOKEN.sub(_MASK, value) if isinstance(value, str) else value


class Discreet(logging.Filter):
    """Lets every record pass, masked. A refusal is told without its traceback, a wrong answer as an ordinary event."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", None) == _WRONG_ANSWER:
            record.levelno, record.levelname = logging.INFO, "INFO"
            self._change(record, lambda value: _REFERENCE.sub(_MASK, value) if isinstance(value, str) else value)
        self._change(record, masked)
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied | Http404):
            record.exc_info = record.exc_text = None
        return True

    @staticmethod
    def _change(record: logging.LogRecord, change: Any) -> None:
        record.msg = change(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(change(value) for value in record.args)
