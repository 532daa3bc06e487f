"""Reports that a mail did not arrive: those of RFC 3464, and those of servers that write them in words.

Hard: the address does not exist or takes nothing any more. Soft: everything else, such as a full box, content that
displeased or a server that still tries; that says nothing of the address. A report names the Message-ID of what did not
arrive, or it is worth nothing: whoever forges one does not know it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message

from cases.rules.inbound.headers import Headers, Part, addresses_in, folded, ids_in, inner_of, text_of
from cases.rules.inbound.robots import DAEMONS

_SENDERS = DAEMONS | {"postmaster"}
_SUBJECT = re.compile(
    r"undeliver|delivery (?:status|fail|has fail|incomplete)|returned mail|mail delivery failed|failure notice|"
    r"non remis|non d[ée]livr|[ée]chec d|nicht zustellbar|unzustellbar|mail system error|message non distribu",
    re.IGNORECASE,
)
# RFC 3463; not a part of an IP address or of a version.
_STATUS = re.compile(r"(?<![\d.])([245])\.([0-7])\.(\d{1,3})(?!\d|\.\d)")
# RFC 5321, where servers write it; "500" within a sentence is no reply.
_REPLY = re.compile(
    r"(?:^[ \t>]*|\b(?:smtp|said|error|response|response was)[ \t]*[;:][ \t]*)([45][0-5]\d)(?=[ -]|$)",
    re.IGNORECASE | re.MULTILINE,
)
_MESSAGE_ID = re.compile(r"^[ >\t]*Message-ID:[ \t]*(?:\n[ \t]+)?(<[^<>\s]{3,250}>)", re.IGNORECASE | re.MULTILINE)
_TO = re.compile(r"^[ >\t]*To:[ \t]*([^\n]{1,300})", re.IGNORECASE | re.MULTILINE)
# RFC 3463: the recipient's address (5.1.7 and 5.1.8 are the sender's), a box that is closed, a host that is not there
# (5.4.5 to 5.4.7 are congestion, a circle and time); of RFC 5321 where the server writes no more: no such mailbox.
_HARD = re.compile(r"5\.1\.(?![78]$)\d+|5\.2\.1|5\.4\.(?![567]$)\d+|55[013]")
_COPIED = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})
_ENDED_WELL = frozenset({"delivered", "relayed", "expanded"})
_MOST_BLOCKS = 20
_MOST_TEXTS = 10
_MOST_WORDS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`ids`: of what may not have arrived, with brackets. `recipients`: as they are compared. `code`: "5.1.1", "550"
    or "".
    """

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
    return [Headers(block) for block in inner_of(part)[:_MOST_BLOCKS]]


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
        is_hard=gave_up and bool(_HARD.fullmatch(code)),
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
    if part.is_multipart():
        yield from map(Headers, inner_of(part)[:1])
        return
    inner = Message()
    text = text_of(part, _MOST_WORDS)
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
    texts = [part for part in parts if part.get_content_maintype() == "text"][:_MOST_TEXTS]
    text = "\n".join(text_of(part, _MOST_WORDS) for part in texts)
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
        is_hard=bool(_HARD.fullmatch(code)),
    )  # fmt: skip


def _code(text: str) -> str:
    """The first status of a failure that says what failed; else the reply of SMTP; else x.0.0, which says nothing."""
    found = [one for one in _STATUS.finditer(text) if one[1] != "2"]
    telling = next((one[0] for one in found if (one[2], one[3]) != ("0", "0")), "")
    reply = None if telling else _REPLY.search(text)
    return telling or (reply[1] if reply else "") or (found[0][0] if found else "")
