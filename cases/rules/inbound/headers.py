"""The headers of a message in words, and the bytes of its parts as text, however broken they are."""

import codecs
import re
import unicodedata
from collections.abc import Iterable, Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

Part = Message

MAX_HEADER = 2000
MAX_TEXT = 400_000
_MOST_OF_A_NAME = 20
_MAX_ADDRESSES = 50
# Those of letters. Python has more, for other things: some take minutes, some raise what nobody expects.
_CHARSET = re.compile(
    r"utf-(?:7|8|8-sig|16|16-be|16-le|32|32-be|32-le)|ascii|iso8859-\d{1,2}|cp\d{3,5}|koi8-[rtu]|mac-[a-z]+|gb2312|gbk|"
    r"gb18030|hz|big5|big5hkscs|shift_jis(?:_2004|x0213)?|euc_(?:jp|jis_2004|jisx0213|kr)|iso2022_[a-z0-9_]+|johab|"
    r"tis-620|hp-roman8|ptcp154|kz1048"
)
_ID = re.compile(r"<([^<>\s]{3,250})>")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]{1,100}@[^\s<>()\[\],;:\"@]{1,200}")


class Headers:
    """Each header by its name, in order: twenty of a name at most, of which the receiving server wrote the first."""

    def __init__(self, message: Part) -> None:
        self._found: dict[str, list[str]] = {}
        for name, raw in message.raw_items():
            found = self._found.setdefault(name.lower(), [])
            if len(found) < _MOST_OF_A_NAME:
                found.append(_spelt(str(raw)[: MAX_HEADER * 4])[:MAX_HEADER])

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
        found = [each for one in self.all(*names) for each in _taken_apart(" ".join(one.split()))]
        return [
            (" ".join(cleaned(_decoded(name)).split()), cleaned(address)) for name, address in found[:_MAX_ADDRESSES]
        ]

    @property
    def author(self) -> str:
        """The address of the one `From`, where it names one person and leaves nothing to guess; else ""."""
        written, people = list(self.all("from")), self.people("from")
        is_alone = len(written) == len(people) == 1
        return people[0][1] if is_alone and len(written[0]) < MAX_HEADER and _is_closed(written[0]) else ""

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


def _taken_apart(written: str) -> list[tuple[str, str]]:
    """(name, address) of one header. Of one that programs read differently none: so is a sender forged.

    Where a comment or a quotation does not end, the only address that stands there is taken.
    """
    written = written.strip(" ,")
    outside = _QUOTED.sub("", written)
    if not _is_closed(written):
        alone = addresses_in(outside)
        return [("", address) for address in alone if len(alone) == 1]
    try:
        found = getaddresses([written])
    except (RecursionError, ValueError, IndexError, TypeError):
        return []
    return [one for one in found if "@" in one[1]] if len(found) == 1 + outside.count(",") else []


def _is_closed(written: str) -> bool:
    """Does every comment end, and every quotation?"""
    outside = _QUOTED.sub("", written)
    return '"' not in outside and outside.count("(") == outside.count(")")


def inner_of(part: Part) -> list[Part]:
    """The messages or parts within it; none of a leaf."""
    inner = part.get_payload() if part.is_multipart() else []
    return [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []


def text_of(part: Part, most: int = MAX_TEXT) -> str:
    """The text of a leaf, its first `most` signs; a charset that is wrong or unknown is guessed."""
    content = bytes_of(part)
    return cleaned(decode(content[: most * 4], charset_of(part), is_cut=len(content) > most * 4)[:most])


def charset_of(part: Part) -> str | None:
    try:
        return part.get_content_charset()
    except (ValueError, LookupError, TypeError):
        return None


def bytes_of(part: Part) -> bytes:
    """The content of a leaf, decoded from its transfer; empty where it is broken beyond that."""
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError, TypeError):
        return b""
    return content if isinstance(content, bytes) else b""


def decode(data: bytes, charset: str | None, *, is_cut: bool = False) -> str:
    """`is_cut`: the data may end within a sign, which is left out."""
    for name in filter(None, (charset, "utf-8")):
        try:
            codec = codecs.lookup(name)
            if _CHARSET.fullmatch(codec.name):
                return codec.incrementaldecoder().decode(data, final=not is_cut)
        except (LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def cleaned(text: str) -> str:
    """Without signs that no one sees: controls, NUL, halves of pairs; ends of lines are «\\n»."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    unseen = {ord(sign) for sign in set(plain) - {"\n", "\t"} if unicodedata.category(sign) in {"Cc", "Cs", "Cn"}}
    return plain.translate(dict.fromkeys(unseen)) if unseen else plain


def _spelt(raw: str) -> str:
    """Bytes that are no ASCII stand in a header as halves of pairs."""
    return decode(raw.encode("utf-8", "surrogateescape"), None)


def _decoded(raw: str) -> str:
    try:
        parts = decode_header(raw)
    except (HeaderParseError, ValueError, LookupError):
        return raw
    return "".join(value if isinstance(value, str) else decode(value, charset) for value, charset in parts)
