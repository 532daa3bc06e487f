"""One message read whole: bounded in bytes, in parts and in signs, whatever its sender made of it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from enum import StrEnum

from cases.rules.inbound import reports, robots
from cases.rules.inbound.headers import Headers, Part, bytes_of, text_of
from cases.rules.inbound.reports import Report
from vault.rules import markup

MAX_BYTES = 40 * 1024 * 1024
MAX_PARTS = 200
MAX_SIGNS = 20_000
MAX_ATTACHED = 10
_MAX_SUBJECT = 300
_MAX_MARKUP = 400_000
_TO = ("x-original-to", "delivered-to", "envelope-to", "to", "cc")
_SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})


class Sort(StrEnum):
    PERSON = "person"
    BOUNCE = "bounce"
    ROBOT = "robot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`identity`: the same for the same message, however often it is handed over; personal, so only its keyed hash is
    kept. `answers`: Message-IDs that it answers. `left_out`: files beyond what is taken, or in what could not be read.
    """

    sort: Sort
    identity: str
    sender: str = ""
    sender_name: str = ""
    recipients: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    attached: tuple[bytes, ...] = field(default=(), repr=False)
    left_out: int = 0
    report: Report | None = None
    may_be_told: bool = False


def read(raw: bytes) -> Letter:
    """Never raises, whatever `raw` holds. Of more than MAX_BYTES the rest is not looked at, nor any file."""
    is_whole = len(raw) <= MAX_BYTES
    message, is_sound = _parsed(raw[:MAX_BYTES])
    headers = Headers(message)
    parts, has_more = _parts(message)
    report = reports.read(parts, headers)
    names = headers.people("from")[:1] or headers.people("sender")[:1] or [("", "")]
    text, files = _text(parts), _files(parts)
    kept = files[:MAX_ATTACHED] if is_whole else []
    return Letter(
        sort=_sort(message, headers, report),
        identity=_identity(headers, names[0][1], text),
        sender=names[0][1],
        sender_name=names[0][0],
        recipients=headers.addresses(*_TO),
        answers=headers.ids("in-reply-to", "references"),
        subject=headers.words("subject")[:_MAX_SUBJECT],
        text=text,
        attached=tuple(kept),
        left_out=len(files) - len(kept) + (has_more or not is_sound),
        report=report,
        may_be_told=bool(headers.one("return-path")) and not headers.has_no_sender,
    )


def _sort(message: Part, headers: Headers, report: Report | None) -> Sort:
    if report:
        return Sort.BOUNCE
    return Sort.ROBOT if robots.wrote(message, headers) else Sort.PERSON


def _parsed(raw: bytes) -> tuple[Part, bool]:
    """The parser descends with the nesting: of what is nested without end only the headers are read."""
    try:
        return message_from_bytes(raw, policy=compat32), True
    except (RecursionError, ValueError, LookupError, AssertionError):
        return BytesHeaderParser(policy=compat32).parsebytes(raw[:100_000]), False


def _parts(message: Part) -> tuple[list[Part], bool]:
    """Its leaves in order, messages within it as one leaf each; whether there are more than are looked at."""
    found: list[Part] = []
    waiting: list[Part] = [message]
    seen = 0
    while waiting and seen < MAX_PARTS:
        part = waiting.pop()
        seen += 1
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting += [one for one in reversed(inner) if isinstance(one, Message)]
        else:
            found.append(part)
    return found, bool(waiting)


def _text(parts: Sequence[Part]) -> str:
    """The plain text; where there is none, what a reader sees of the HTML."""
    plain = "\n\n".join(text_of(part) for part in _shown(parts, "text/plain"))
    if plain.strip():
        return plain.strip()[:MAX_SIGNS]
    marked = "\n\n".join(markup.seen(text_of(part)[:_MAX_MARKUP]) for part in _shown(parts, "text/html"))
    return marked.strip()[:MAX_SIGNS]


def _shown(parts: Sequence[Part], kind: str) -> Iterator[Part]:
    return (part for part in parts if part.get_content_type() == kind and not _is_file(part))


def _is_file(part: Part) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_param("name"))


def _files(parts: Sequence[Part]) -> list[bytes]:
    """What it carries; pictures that its HTML shows, such as a logo, and signatures are none."""
    found = []
    for part in parts:
        kind = part.get_content_type()
        if kind in _SIGNATURES or (kind in {"text/plain", "text/html"} and not _is_file(part)):
            continue
        if part.get("Content-ID") and part.get_content_disposition() != "attachment":
            continue
        if content := _content(part):
            found.append(content)
    return found


def _content(part: Part) -> bytes:
    if part.get_content_maintype() != "message":
        return bytes_of(part)
    inner = part.get_payload()
    try:
        return inner[0].as_bytes() if isinstance(inner, list) and isinstance(inner[0], Message) else b""
    except (ValueError, LookupError, RecursionError, AttributeError, TypeError):
        return b""


def _identity(headers: Headers, sender: str, text: str) -> str:
    """By its Message-ID and its sender; without one, by what it says."""
    ids = headers.ids("message-id")
    told = ids[0] if ids else f"{headers.one('date')}\n{headers.one('subject')}\n{text}"
    return hashlib.sha256(f"{sender.casefold()}\n{told}".encode("utf-8", "surrogatepass")).hexdigest()
