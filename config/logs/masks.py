"""What is taken out of the words of a log: addresses, numbers, tokens, keys, what was typed into an address.

A name has no shape by which it is known: it is kept out by where words come from (config/logs/__init__.py), and by the
rule that our own lines hold ids and codes (tests/house/test_log_lines.py).
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

MASK = "…"
_AS_THEY_ARE = (bool, int, float, Decimal, UUID, date, datetime, type(None))

_TOKEN = re.compile(r"(/invitation/)[^\s\"']+")
_REFERENCE = re.compile(r"(/(?:desk/dossiers|espace)/)(?!nouveau/)[^/\s]+")
# In the place of a case's reference somebody may have typed a name.
_NO_REFERENCE = re.compile(r"(/desk/dossiers/)(?![A-Z]{4}-[A-Z]{4}-[A-Z]{3}\b|nouveau/)[^/\s?]+")
_QUERY = re.compile(r"(/[^\s\"'?]*\?)[^\s\"']+")
# Of another server's address its name alone: keys stand before it, behind it and in the path.
_URL = re.compile(r"\b([a-z][a-z0-9+.-]*://)(?:[^\s/@\"']*@)?([^\s/?#\"'@]*)([/?#][^\s\"']*)?", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>\"'()\[\]«»,;:/=]+@[^\s@<>\"'()\[\]«»,;:/=]+\.[^\s@<>\"'()\[\]«»,;:/=]+")
_SECRET = re.compile(
    r"\b((?:password|passwd|secret|token|authorization|cookie|api[_-]?key)[\"']?\s*[=:]\s*[\"']?(?:bearer\s+|basic\s+)?)"
    r"[^\s\"',;]+",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b(bearer\s+)[^\s\"',;]+", re.IGNORECASE)
# Of 13 or 15 digits, or with a department of Corsica; of a card, of a bank: all that is as long.
_NUMBER = re.compile(r"(?<![\w.-])\d(?:[ .-]?\d){4}[ .-]?(?:\d|2[ABab])(?:[ .-]?[\dABab]){6,}(?![\w-])")
_PHONE = re.compile(r"(?<![\w.+-])(?:(?:\+|00)[1-9](?:[ ().-]{0,2}\d){7,14}|0[1-9](?:[ .-]?\d{2}){4})(?![\w-])")
# A run that holds capitals, small letters and digits, or Django's key of a session. Hashes in hexadecimal and ids pass.
_RANDOM = re.compile(r"(?<![\w+/-])(?=[\w+/-]*\d)(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])[\w+/-]{20,}={0,2}")
_SESSION = re.compile(r"(?<![\w-])(?=\w*\d)(?=\w*[g-z])[a-z0-9]{32}(?![\w-])")
# Stands for a day while numbers are taken out; one that somebody typed is taken out first.
_DAY = "\0"
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")


def masked(value: Any) -> Any:
    """A message or an argument without tokens and queries; of an error, or of any other object, its name alone."""
    if isinstance(value, str):
        return without_typed(value)
    return value if isinstance(value, _AS_THEY_ARE) else type(value).__name__


def without_typed(text: str) -> str:
    return _QUERY.sub(rf"\1{MASK}", _NO_REFERENCE.sub(rf"\1{MASK}", _TOKEN.sub(rf"\1{MASK}", text)))


def without_reference(value: Any) -> Any:
    return _REFERENCE.sub(rf"\1{MASK}", value) if isinstance(value, str) else value


def redacted(text: str) -> str:
    """Without whatever has the shape of something personal or secret. Days, ids and hashes stay."""
    text = _URL.sub(_server_alone, text.replace(_DAY, MASK))
    text = _SECRET.sub(rf"\1{MASK}", _BEARER.sub(rf"\1{MASK}", text))
    text = _SESSION.sub(MASK, _RANDOM.sub(_unless_place, _EMAIL.sub(MASK, text)))
    kept = _DATED.findall(text)
    bare = _PHONE.sub(MASK, _NUMBER.sub(MASK, _DATED.sub(_DAY, text)))
    return re.sub(_DAY, lambda _: kept.pop(0), bare)


def _server_alone(found: "re.Match[str]") -> str:
    path = MASK if (found[3] or "/") != "/" else found[3] or ""
    return f"{found[1]}{found[2]}{'/' if path == MASK else ''}{path}"


def _unless_place(found: "re.Match[str]") -> str:
    """A path of this machine or of a page has its words apart; a random run has none."""
    longest = max(found[0].split("/"), key=len)
    return found[0] if _RANDOM.fullmatch(longest) is None else MASK
