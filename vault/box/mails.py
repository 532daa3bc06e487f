"""Saved e-mails: their headers and text set as pages, and what they carry. Runs in the box."""

import contextlib
import email
import email.policy
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from vault.rules import markup
from vault.rules.refusals import Code, Refused

MAX_PARTS = 60
MAX_SIGNS = 60_000
_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_COLUMNS, _LINES = 84, 60
_CARRIED = ("application/pdf", "application/octet-stream", "image/")


@dataclass(frozen=True, slots=True)
class Mail:
    """What a reader sees of a letter, and the files that it carries."""

    text: str
    attached: tuple[bytes, ...]


def read(data: bytes) -> Mail:
    """Raises Refused for a letter with too many parts."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not isinstance(message, EmailMessage):
        raise Refused(Code.DAMAGED)
    plain, marked, attached = [], [], []
    for number, part in enumerate(message.walk()):
        if number >= MAX_PARTS:
            raise Refused(Code.TOO_LONG)
        kind = part.get_content_type()
        if kind == "text/plain" and not part.is_attachment():
            plain.append(_text(part))
        elif kind == "text/html" and not part.is_attachment():
            marked.append(markup.seen(_text(part)))
        elif kind.startswith(_CARRIED) and (content := part.get_payload(decode=True)):
            attached.append(bytes(content) if isinstance(content, bytes) else b"")
    body = "\n\n".join(plain) if any(text.strip() for text in plain) else "\n\n".join(marked)
    return Mail(text="\n".join([*_headers(message), "", body])[:MAX_SIGNS], attached=tuple(attached))


def as_pdf(text: str) -> bytes:
    """The text on A4 pages, in a letter of one width that every reader of PDF has."""
    pages = list(_pages(_printable(text)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (len(pages), b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(len(pages)))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in enumerate(pages):
        objects += [_PAGE % (5 + 2 * number), _content(lines)]
    return _file(objects)


_PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Contents %d 0 R >>"
)


def _headers(message: EmailMessage) -> Iterator[str]:
    for name in _SHOWN:
        with contextlib.suppress(ValueError, LookupError, IndexError, AttributeError, TypeError):
            if value := message.get(name):
                yield f"{name}: {value}"


def _text(part: EmailMessage) -> str:
    """A charset that nobody knows is read as far as it goes."""
    try:
        return str(part.get_content())
    except (LookupError, ValueError, KeyError):
        content = part.get_payload(decode=True)
        return content.decode("latin-1") if isinstance(content, bytes) else ""


def _printable(text: str) -> str:
    """The same words in the signs that the letter has: figures of every script become 0 to 9."""
    plain = unicodedata.normalize("NFKC", text.replace("\r\n", "\n").expandtabs(4))
    return "".join(sign for sign in plain if sign == "\n" or unicodedata.category(sign)[0] != "C")


def _pages(text: str) -> Iterator[list[str]]:
    lines: list[str] = []
    blank = False
    for line in text.split("\n"):
        if not line.strip() and blank:
            continue
        blank = not line.strip()
        lines += textwrap.wrap(line, _COLUMNS, replace_whitespace=False) or [""]
    for start in range(0, max(1, len(lines)), _LINES):
        yield lines[start : start + _LINES]


def _content(lines: Sequence[str]) -> bytes:
    shown = b"\n".join(b"(%s) '" % _escaped(line) for line in lines)
    stream = b"BT /F 10 Tf 12.5 TL 45 800 Td\n%s\nET" % shown
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream)


def _escaped(line: str) -> bytes:
    signs = line.encode("cp1252", "replace")
    return signs.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _file(objects: Sequence[bytes]) -> bytes:
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer
