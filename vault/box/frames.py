"""What a boxed process may say: pages as raw pixels and glyphs, or why there are none. Every bound is checked twice.

A frame is a kind (1 byte), a length (4 bytes, big-endian) and so many bytes:
H  JSON: {"pages": n}                                             first, unless X
P  JSON: {"width", "height": pixels, "points": [w, h], "drawn": bool, "glyphs": n, "pictures": [[l, t, r, b], ...]}
G  the page's glyphs, GLYPH.size bytes each: code point and box (left, top, right, bottom) as fractions of the page
R  the page's pixels: width * height * 3 bytes, rows from the top, RGB
X  JSON: {"code": "...", and the same as E}: a refusal; nothing follows
E  JSON: {"cpu": seconds, "memory": bytes}: the end, and what was used (for reports: nothing is decided by it)
"""

import json
import math
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from vault.rules.refusals import Code, Refused

MAX_PAGES = 30
MAX_SIDE = 16_000
MAX_PAGE_PIXELS = 20_000_000
MAX_GLYPHS = 60_000
MAX_PICTURES = 12
GLYPH = struct.Struct(">I4f")
_HEAD = struct.Struct(">cI")
_MAX_JSON = 4096
_MAX_SECONDS = 1000.0
_MIN_POINTS, _MAX_POINTS = 1.0, 100_000.0
_SAID = {Code.LOCKED, Code.DAMAGED, Code.TOO_MANY_PAGES, Code.PAGE_TOO_LARGE, Code.PICTURE_TOO_LARGE, Code.TOO_LONG,
         Code.KIND, Code.EMPTY}  # fmt: skip

Read = Callable[[int], bytes]
"""Gives so many bytes, or fewer at the end."""


@dataclass(slots=True)
class Spent:
    """Processor seconds, and the most memory in bytes, that boxed processes say they used."""

    cpu: float = 0.0
    memory: int = 0


Box = tuple[float, float, float, float]


class BadFrame(ValueError):
    """A boxed process said what it may not say, or stopped in the middle of it."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """A sign of a page's text and its box, in fractions of the page."""

    sign: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    """A page as pixels (RGB rows from the top). `drawn`: it was drawn from signs and lines, not taken as a picture.

    `pictures`: boxes of those that stand on a drawn page, in fractions of it: left, top, right, bottom.
    """

    width: int
    height: int
    points: tuple[float, float]
    drawn: bool
    glyphs: tuple[Glyph, ...]
    pixels: bytes
    pictures: tuple[Box, ...] = ()


def write_header(pages: int) -> bytes:
    return _frame(b"H", _json(pages=pages))


def write_page(page: Page) -> Iterator[bytes]:
    about = _json(
        width=page.width,
        height=page.height,
        points=list(page.points),
        drawn=page.drawn,
        glyphs=len(page.glyphs),
        pictures=page.pictures,
    )
    yield _frame(b"P", about)
    packed = (GLYPH.pack(ord(one.sign), one.left, one.top, one.right, one.bottom) for one in page.glyphs)
    yield _frame(b"G", b"".join(packed))
    yield _frame(b"R", page.pixels)


def write_refusal(code: Code, *, used: Spent) -> bytes:
    return _frame(b"X", _json(code=code.value, cpu=used.cpu, memory=used.memory))


def write_end(used: Spent) -> bytes:
    return _frame(b"E", _json(cpu=used.cpu, memory=used.memory))


def read_header(read: Read, spent: Spent) -> int:
    """How many pages follow. Raises Refused as the box says, BadFrame for anything else."""
    kind, content = _next(read, most={b"H": _MAX_JSON, b"X": _MAX_JSON})
    if kind == b"X":
        raise _refused(content, spent)
    return _whole(_parsed(content).get("pages"), least=1, most=MAX_PAGES)


def read_page(read: Read, spent: Spent) -> Page:
    """The next page. Raises Refused as the box says, BadFrame for anything else."""
    kind, content = _next(read, most={b"P": _MAX_JSON, b"X": _MAX_JSON})
    if kind == b"X":
        raise _refused(content, spent)
    about = _parsed(content)
    width, height = (_whole(about.get(side), least=1, most=MAX_SIDE) for side in ("width", "height"))
    if width * height > MAX_PAGE_PIXELS:
        raise BadFrame("A page has too many pixels.")
    glyphs = _whole(about.get("glyphs"), least=0, most=MAX_GLYPHS)
    packed = _exactly(read, b"G", glyphs * GLYPH.size)
    return Page(
        width=width,
        height=height,
        points=_points(about.get("points")),
        drawn=about.get("drawn") is True,
        glyphs=tuple(_glyph(*each) for each in GLYPH.iter_unpack(packed)),
        pixels=_exactly(read, b"R", width * height * 3),
        pictures=_boxes(about.get("pictures")),
    )


def read_end(read: Read, spent: Spent) -> None:
    _, content = _next(read, most={b"E": _MAX_JSON})
    _count(_parsed(content), spent)
    if read(1):
        raise BadFrame("Something follows the end.")


def _frame(kind: bytes, content: bytes) -> bytes:
    return _HEAD.pack(kind, len(content)) + content


def _json(**content: object) -> bytes:
    return json.dumps(content).encode()


def _next(read: Read, *, most: dict[bytes, int]) -> tuple[bytes, bytes]:
    head = read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise BadFrame("The box fell silent.")
    kind, length = _HEAD.unpack(head)
    if length > most.get(kind, -1):
        raise BadFrame("A frame of another kind or length was due.")
    content = read(length)
    if len(content) < length:
        raise BadFrame("The box stopped within a frame.")
    return kind, content


def _exactly(read: Read, kind: bytes, length: int) -> bytes:
    _, content = _next(read, most={kind: length})
    if len(content) != length:
        raise BadFrame("A frame is too short.")
    return content


def _parsed(content: bytes) -> dict[str, object]:
    try:
        parsed = json.loads(content)
    except ValueError as error:
        raise BadFrame("A frame holds no JSON.") from error
    if not isinstance(parsed, dict):
        raise BadFrame("A frame holds no object.")
    return parsed


def _refused(content: bytes, spent: Spent) -> Refused:
    parsed = _parsed(content)
    _count(parsed, spent)
    said = str(parsed.get("code"))
    if said not in _SAID:
        raise BadFrame("The box gave no reason that it may give.")
    return Refused(Code(said))


def _count(used: dict[str, object], spent: Spent) -> None:
    cpu, memory = used.get("cpu"), used.get("memory")
    if not isinstance(cpu, float) or not 0 <= cpu <= _MAX_SECONDS:
        raise BadFrame("Seconds are out of their bounds.")
    spent.cpu += cpu
    spent.memory = max(spent.memory, _whole(memory, least=0, most=1 << 40))


def _whole(value: object, *, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise BadFrame("A number is out of its bounds.")
    return value


def _points(value: object) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise BadFrame("A page has two sides.")
    width, height = (float(side) if isinstance(side, (int, float)) else math.nan for side in value)
    if not all(_MIN_POINTS <= side <= _MAX_POINTS for side in (width, height)):  # false for NaN too
        raise BadFrame("A side is out of its bounds.")
    return width, height


def _boxes(value: object) -> tuple[Box, ...]:
    if not isinstance(value, list) or len(value) > MAX_PICTURES:
        raise BadFrame("A page has a list of pictures, and not too many.")
    return tuple(_box(one) for one in value)


def _box(value: object) -> Box:
    sides = [float(side) for side in value if isinstance(side, (int, float))] if isinstance(value, list) else []
    if len(sides) != 4 or not (0 <= sides[0] < sides[2] <= 1 and 0 <= sides[1] < sides[3] <= 1):
        raise BadFrame("A picture lies within its page.")
    return sides[0], sides[1], sides[2], sides[3]


def _glyph(code: int, *box: float) -> Glyph:
    if not 0 <= code < 0x110000 or not all(map(math.isfinite, box)):
        raise BadFrame("A glyph is none.")
    left, top, right, bottom = (min(1.0, max(0.0, side)) for side in box)
    return Glyph(chr(code), left, top, max(left, right), max(top, bottom))
