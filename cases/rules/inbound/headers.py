"""The headers of a message in words, and the bytes of its parts as text, however broken they are."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

Part = Message

MAX_HEADER = 2000
_MAX_ADDRESSES = 50
_ID = re.compile(r"<([^<>\s]{3,250})>")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]{1,100}@[^\s<>()\[\],;:\"@]{1,200}")


class Headers:
    """Each header by its name, in order; the first of a name is the one that the receiving server wrote."""

    def __init__(self, message: Part) -> None:
        self._found: dict[str, list[str]] = {}
        for name, raw in message.raw_items():
            self._found.setdefault(name.lower(), []).append(_spelt(str(raw))[:MAX_HEADER])

    def all(self, *names: str) -> Iterator[str]:
        for name in names:
            yield from self._found.get(name, ())

    def one(self, name: str) -> str:
        """The first of the name as it is written, unfolded; "" where there is none."""
        return next(self.all(name), "").strip()

    @property
    def has_no_sender(self) -> bool:
        """On the envelope, as the receiving server wrote it down."""
        return self.one("return-path").lower() in {"<>", "<mailer-daemon>"}

    def words(self, name: str) -> str:
        """The first of the name, its encoded words decoded, on one line."""
        return " ".join(cleaned(_decoded(self.one(name))).split())

    def addresses(self, *names: str) -> tuple[str, ...]:
        return tuple(address for _, address in self.people(*names))

    def people(self, *names: str) -> list[tuple[str, str]]:
        """(name, address) of each: fifty at most, none without a sign «@»."""
        found = getaddresses([" ".join(one.split()) for one in self.all(*names)])
        people = [(" ".join(cleaned(_decoded(name)).split()), cleaned(address)) for name, address in found]
        return [one for one in people if "@" in one[1]][:_MAX_ADDRESSES]

    def ids(self, *names: str) -> tuple[str, ...]:
        """Message-IDs with their brackets, each once."""
        return ids_in("\n".join(self.all(*names)))


def ids_in(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"<{found}>" for found in _ID.findall(text)))


def addresses_in(text: str) -> tuple[str, ...]:
    """Whatever looks like an address in words: fifty at most."""
    return tuple(dict.fromkeys(found.strip(".'") for found in _ADDRESS.findall(text)))[:_MAX_ADDRESSES]


def folded(addresses: Iterable[str]) -> frozenset[str]:
    """As they are compared."""
    return frozenset(unicodedata.normalize("NFKC", address).strip().casefold() for address in addresses)


def text_of(part: Part) -> str:
    """The text of a leaf; a charset that is wrong or unknown is guessed."""
    return cleaned(decode(bytes_of(part), part.get_content_charset()))


def bytes_of(part: Part) -> bytes:
    """The content of a leaf, decoded from its transfer; empty where it is broken beyond that."""
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        return b""
    return content if isinstance(content, bytes) else b""


def decode(data: bytes, charset: str | None) -> str:
    for name in (charset, "utf-8"):
        try:
            return data.decode(name or "utf-8")
        except (LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def cleaned(text: str) -> str:
    """Without signs that no one sees: controls, NUL, halves of pairs; ends of lines are «\\n»."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in plain if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cs", "Cn"})


def _spelt(raw: str) -> str:
    """Bytes that are no ASCII stand in a header as halves of pairs."""
    return decode(raw.encode("utf-8", "surrogateescape"), None)


def _decoded(raw: str) -> str:
    try:
        parts = decode_header(raw)
    except (HeaderParseError, ValueError):
        return raw
    return "".join(value if isinstance(value, str) else decode(value, charset) for value, charset in parts)
