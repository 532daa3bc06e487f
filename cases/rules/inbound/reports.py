"""Reports that a mail did not arrive: those of RFC 3464, and those of servers that write them in words.

Hard: the address does not exist or takes nothing any more. Soft: the box is full, the content displeased, or the server
still tries; that says nothing of the address. A report names the Message-ID of what did not arrive, or it is worth
nothing: whoever forges one does not know it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message

from cases.rules.inbound.headers import Headers, Part, addresses_in, folded, ids_in, text_of

_SENDERS = frozenset({"mailer-daemon", "postmaster", "mail-daemon", "mdaemon"})
_SUBJECT = re.compile(
    r"undeliver|delivery (?:status|fail|has fail|incomplete)|returned mail|mail delivery failed|failure notice|"
    r"non remis|non d[ée]livr|[ée]chec d|nicht zustellbar|unzustellbar|mail system error|message non distribu",
    re.IGNORECASE,
)
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REPLY = re.compile(r"\b([45])\d\d\b[ -]")
_MESSAGE_ID = re.compile(r"^[ >\t]*Message-ID:[ \t]*(?:\n[ \t]+)?(<[^<>\s]{3,250}>)", re.IGNORECASE | re.MULTILINE)
_TO = re.compile(r"^[ >\t]*To:[ \t]*([^\n]{1,300})", re.IGNORECASE | re.MULTILINE)
# RFC 3463: what is full, too large, goes in circles or displeases says nothing about the address.
_ABOUT_THE_MAIL = re.compile(r"5\.(?:2\.[23]|3\.[24]|4\.[567]|6\.\d+|7\.\d+)")
_COPIED = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})
_ENDED_WELL = frozenset({"delivered", "relayed", "expanded"})
_MOST_BLOCKS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`ids`: of what may not have arrived, with brackets. `recipients`: as they are compared. `code`: "5.1.1" or ""."""

    ids: tuple[str, ...]
    recipients: frozenset[str]
    code: str
    is_hard: bool


def read(parts: Sequence[Part], headers: Headers) -> Report | None:
    """None when it reports no failure: then it is a machine's word about something else, or a letter."""
    blocks = [block for part in parts if _is_status(part) for block in _blocks(part)]
    if blocks:
        return _of_blocks(blocks, parts, headers)
    if headers.one("x-failed-recipients") or _is_in_words(headers):
        return _of_words(parts, headers)
    return None


def _is_status(part: Part) -> bool:
    return part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}


def _blocks(part: Part) -> list[Headers]:
    payload = part.get_payload()
    if not isinstance(payload, list):
        return []
    return [Headers(block) for block in payload[:_MOST_BLOCKS] if isinstance(block, Message)]


def _of_blocks(blocks: Sequence[Headers], parts: Sequence[Part], headers: Headers) -> Report | None:
    """One block a recipient, after one about the message as a whole."""
    told = [block for block in blocks if block.one("action")]
    failed = [block for block in told if block.one("action").lower() not in _ENDED_WELL]
    if told and not failed:
        return None
    gave_up = any(block.one("action").lower() == "failed" for block in failed)
    status = "\n".join(one for block in failed for one in block.all("status", "diagnostic-code"))
    named = [one for block in failed for one in block.all("final-recipient", "original-recipient")]
    copy = _copied(parts)
    code = _code(status)
    return Report(
        ids=(*copy[0], *headers.ids("in-reply-to", "references")),
        recipients=folded([*addresses_in("\n".join(named)), *copy[1], *headers.addresses("x-failed-recipients")]),
        code=code,
        is_hard=gave_up and _is_hard(code),
    )


def _copied(parts: Sequence[Part]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Message-IDs and recipients of the mail, or of its headers, that the report carries."""
    ids: list[str] = []
    recipients: list[str] = []
    for part in parts:
        if part.get_content_type() not in _COPIED:
            continue
        for carried in _headers_of(part):
            ids += carried.ids("message-id")
            recipients += carried.addresses("to")
    return tuple(dict.fromkeys(ids)), tuple(recipients)


def _headers_of(part: Part) -> Iterator[Headers]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (Headers(inner) for inner in payload[:1] if isinstance(inner, Message))
        return
    inner = Message()
    text = text_of(part)
    for found in _MESSAGE_ID.findall(text)[:1]:
        inner["Message-ID"] = found
    for found in _TO.findall(text)[:1]:
        inner["To"] = found
    yield Headers(inner)


def _is_in_words(headers: Headers) -> bool:
    [sender] = headers.addresses("from")[:1] or ("",)
    by_machine = sender.split("@")[0].lower() in _SENDERS or headers.has_no_sender
    return by_machine and bool(_SUBJECT.search(headers.words("subject")))


def _of_words(parts: Sequence[Part], headers: Headers) -> Report:
    """The server says it in its own words, with a copy of the mail below them or beside."""
    text = "\n".join(text_of(part)[:100_000] for part in parts if part.get_content_maintype() == "text")
    ids, recipients = _copied(parts)
    first = _MESSAGE_ID.search(text)
    words = text[: first.start()] if first else text
    code = _code(words)
    return Report(
        ids=(*ids, *(ids_in(first[1]) if first else ()), *headers.ids("in-reply-to", "references")),
        recipients=folded(
            [*recipients, *headers.addresses("x-failed-recipients"), *addresses_in("\n".join(_TO.findall(text)[:5])),
             *addresses_in(words)]
        ),
        code=code,
        is_hard=_is_hard(code),
    )  # fmt: skip


def _code(text: str) -> str:
    """The first status that tells of a failure, in its long form; a reply of SMTP alone gives its first digit."""
    found = next((one for one in _STATUS.finditer(text) if one[1] != "2"), None)
    if found:
        return found[0]
    reply = _REPLY.search(text)
    return f"{reply[1]}.0.0" if reply else ""


def _is_hard(code: str) -> bool:
    return code.startswith("5") and not _ABOUT_THE_MAIL.fullmatch(code)
