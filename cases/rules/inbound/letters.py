"""One message read whole: bounded in bytes, in parts and in signs, whatever its sender made of it."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.parser import BytesHeaderParser
from email.policy import compat32
from enum import StrEnum

from cases.rules.inbound import reports, robots
from cases.rules.inbound.headers import Headers, Part, addresses_in, bytes_of, inner_of, text_of
from cases.rules.inbound.reports import Report
from vault.rules import markup

MAX_BYTES = 40 * 1024 * 1024
MAX_PARTS = 200
MAX_SIGNS = 20_000
MAX_ATTACHED = 10
_MAX_SUBJECT = 300
_MAX_MARKUP = 400_000
# A picture in the text that is larger is a photograph; many programs put these there, not beside.
_MAX_LOGO = 50_000
_PERCENT = re.compile(r"%([0-7][0-9A-Fa-f])")
_CID = re.compile(r"cid:([^\"'\s<>)]{1,250})", re.IGNORECASE)
_ENVELOPE = ("x-original-to", "delivered-to", "envelope-to")
_TO = (*_ENVELOPE, "to", "cc")
_SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})


class Sort(StrEnum):
    """LIST: through a list or a group, which people write to, and senders of letters to many."""

    PERSON = "person"
    LIST = "list"
    BOUNCE = "bounce"
    ROBOT = "robot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`identity`: the same for the same message, however often it is handed over; personal, so only its keyed hash is
    kept. `envelope`: whom this very copy was for, as the receiving server wrote it down; `recipients`: those and all
    whom it names. `answers`: Message-IDs that it answers. `left_out`: files beyond what is taken, or in what could not
    be read. `report`: also of a letter that looks like one, `sort` being that of a letter.

    `sender`: as it says itself. `author`: the same where the one `From` names one address and no other, so that a
    server that checks DMARC looked at that one; else "".
    """

    sort: Sort
    identity: str
    sender: str = ""
    sender_name: str = ""
    author: str = ""
    envelope: tuple[str, ...] = ()
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
    try:
        return _read(raw)
    except Exception:  # noqa: BLE001  the parser raises what nobody foresees; who wrote and to whom is read all the same
        return _headers_only(raw)


def _read(raw: bytes) -> Letter:
    is_whole = len(raw) <= MAX_BYTES
    message, is_sound = _parsed(raw[:MAX_BYTES])
    headers = Headers(message)
    parts, has_more = _parts(message)
    report = reports.read(parts, headers)
    names = headers.people("from")[:1] or headers.people("sender")[:1] or [("", "")]
    words, others = _divided(parts)
    text, files = _text(words), _files(others, _pictures(words))
    kept = files[:MAX_ATTACHED] if is_whole else []
    return Letter(
        sort=_sort(message, headers, report),
        identity=_identity(headers, names[0][1], text, files),
        sender=names[0][1],
        sender_name=names[0][0],
        author=headers.author,
        envelope=headers.addresses(*_ENVELOPE),
        recipients=headers.addresses(*_TO),
        answers=headers.ids("in-reply-to", "references"),
        subject=headers.words("subject")[:_MAX_SUBJECT],
        text=text,
        attached=tuple(kept),
        left_out=len(files) - len(kept) + (has_more or not is_sound),
        report=report,
        may_be_told=_may_be_told(headers),
    )


def _headers_only(raw: bytes) -> Letter:
    """By what takes no header apart."""
    headers = Headers(_top(raw))
    return Letter(
        sort=Sort.ROBOT if robots.has_marks(headers) else Sort.PERSON,
        identity=hashlib.sha256(raw).hexdigest(),
        sender=next(iter(addresses_in(headers.one("from"))), ""),
        envelope=addresses_in("\n".join(headers.all(*_ENVELOPE))),
        recipients=addresses_in("\n".join(headers.all(*_TO))),
        answers=headers.ids("in-reply-to", "references"),
        subject=headers.words("subject")[:_MAX_SUBJECT],
        left_out=1,
        may_be_told=_may_be_told(headers),
    )


def _may_be_told(headers: Headers) -> bool:
    return bool(headers.one("return-path")) and not headers.has_no_sender


def _sort(message: Part, headers: Headers, report: Report | None) -> Sort:
    """A report comes from a machine: a letter about one, or with one in it, is a letter."""
    if robots.wrote(message, headers):
        return Sort.BOUNCE if report else Sort.ROBOT
    return Sort.LIST if robots.passed_on(headers) else Sort.PERSON


def _parsed(raw: bytes) -> tuple[Part, bool]:
    """The parser descends with the nesting: of what is nested without end only the headers are read."""
    try:
        return message_from_bytes(raw, policy=compat32), True
    except (RecursionError, ValueError, LookupError, AssertionError):
        return _top(raw), False


def _top(raw: bytes) -> Part:
    return BytesHeaderParser(policy=compat32).parsebytes(raw[:100_000])


def _parts(message: Part) -> tuple[list[Part], bool]:
    """Its leaves in order, messages within it as one leaf each; whether there are more than are looked at."""
    found: list[Part] = []
    waiting: list[Part] = [message]
    seen = 0
    while waiting and seen < MAX_PARTS:
        part = waiting.pop()
        seen += 1
        inner = inner_of(part)
        if part.get_content_maintype() == "multipart" and inner:
            waiting += reversed(inner)
        else:
            found.append(part)
    return found, bool(waiting)


def _divided(parts: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    """Those that are words, and the others. The first text is words, even where the sender's program gave it a name."""
    words: list[Part] = []
    others: list[Part] = []
    for part in parts:
        is_text = part.get_content_type() in {"text/plain", "text/html"} and not _is_attached(part)
        (words if is_text and not (words and part.get_param("name")) else others).append(part)
    return words, others


def _is_attached(part: Part) -> bool:
    return part.get_content_disposition() == "attachment"


def _text(words: Sequence[Part]) -> str:
    """The plain text; where there is none, what a reader sees of the HTML."""
    plain = "\n\n".join(_first(words, "text/plain", most=MAX_SIGNS * 2)).strip()
    seen = "" if plain else "\n\n".join(map(markup.seen, _first(words, "text/html", most=_MAX_MARKUP))).strip()
    return (plain or seen)[:MAX_SIGNS]


def _first(words: Sequence[Part], kind: str, *, most: int) -> Iterator[str]:
    """The texts of a kind, `most` signs of them all."""
    for part in words:
        if part.get_content_type() == kind and most > 0:
            text = text_of(part, most)
            most -= len(text)
            yield text


def _pictures(words: Sequence[Part]) -> frozenset[str]:
    """The Content-IDs of what the HTML shows."""
    return frozenset(_CID.findall(_unquoted("\n".join(_first(words, "text/html", most=_MAX_MARKUP)))))


def _unquoted(markup: str) -> str:
    """`cid:photo%40phone` stands for `photo@phone`: ids have signs of ASCII only."""
    return _PERCENT.sub(lambda found: chr(int(found[1], 16)), markup)


def _files(others: Sequence[Part], pictures: frozenset[str]) -> list[bytes]:
    """What it carries; small pictures that its HTML shows, such as a logo, and signatures are none."""
    found = []
    for part in others:
        content = b"" if part.get_content_type() in _SIGNATURES else _content(part)
        if content and not (len(content) <= _MAX_LOGO and _is_shown(part, pictures)):
            found.append(content)
    return found


def _is_shown(part: Part, pictures: frozenset[str]) -> bool:
    cid = str(part.get("Content-ID", "")).strip().strip("<>")
    return part.get_content_maintype() == "image" and not _is_attached(part) and cid in pictures


def _content(part: Part) -> bytes:
    if part.get_content_maintype() != "message":
        return bytes_of(part)
    try:
        return b"".join(one.as_bytes() for one in inner_of(part)[:1])
    except (ValueError, LookupError, RecursionError, AttributeError, TypeError):
        return b""


def _identity(headers: Headers, sender: str, text: str, files: Sequence[bytes]) -> str:
    """By its Message-ID, or its date, its sender and what it says: some programs write one Message-ID for ever."""
    ids = headers.ids("message-id")
    told = [sender.casefold(), ids[0] if ids else headers.one("date"), headers.one("subject"), text]
    told += [hashlib.sha256(data).hexdigest() for data in files]
    return hashlib.sha256("\n".join(told).encode("utf-8", "surrogatepass")).hexdigest()
