"""From a file that came to a file that may be kept: analysed, shown, rebuilt from pixels. Bytes in, bytes out."""

import hashlib
import json
import struct
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vault.box import isolation
from vault.box.frames import Box as Area
from vault.box.frames import Page, Spent
from vault.box.isolation import Box, BoxBroke
from vault.redaction import pages, paper, readers
from vault.redaction.painting import decoded, encoded, painted, shrunk, simplest
from vault.redaction.paper import Sheet, Word
from vault.redaction.readers import Pixels
from vault.rules.refusals import Code, Refused
from vault.rules.zones import Zone

SHOWN_SIDE = 1600  # pixels of a preview's longer side
_TRIES = 2
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class AnalysedPage:
    """`picture`: the page as it came, in its own frame (PNG when `drawn`, else JPEG): it may show the number.

    `points`: its size on paper. `pictures`: boxes of those that stand on it. `words`: what was read once the findings
    were black; not packed.
    """

    points: tuple[float, float]
    drawn: bool
    picture: bytes
    pictures: tuple[Area, ...] = ()
    words: tuple[Word, ...] | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """`found`: what the machine hides. `pack` and `unpack` carry it, sealed, from one process to another."""

    pages: tuple[AnalysedPage, ...]
    found: tuple[Zone, ...]

    def pack(self) -> bytes:
        about = {
            "pages": [
                {"points": one.points, "drawn": one.drawn, "bytes": len(one.picture), "pictures": one.pictures}
                for one in self.pages
            ],
            "found": [zone.to_json() for zone in self.found],
        }
        head = json.dumps(about).encode()
        return b"".join([_LENGTH.pack(len(head)), head, *(page.picture for page in self.pages)])

    @classmethod
    def unpack(cls, packed: bytes) -> "Analysis":
        """What `pack` gave: it was sealed meanwhile, so it is trusted."""
        (length,) = _LENGTH.unpack_from(packed)
        at = _LENGTH.size + length
        about = json.loads(packed[_LENGTH.size : at])
        unpacked = []
        for page in about["pages"]:
            picture = packed[at : at + page["bytes"]]
            at += page["bytes"]
            boxes = tuple((left, top, right, bottom) for left, top, right, bottom in page["pictures"])
            points = (page["points"][0], page["points"][1])
            unpacked.append(AnalysedPage(points, page["drawn"], picture, boxes))
        return cls(tuple(unpacked), tuple(Zone.from_json(zone) for zone in about["found"]))


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """`pdf`: deterministic. `pixels`: SHA-256 of what its pages show, to recognise it. `words`: as read on them."""

    pdf: bytes
    pixels: bytes
    words: tuple[str, ...]


def analyse(parts: Sequence[bytes], *, walls: str = "", spent: Spent | None = None) -> Analysis:
    """Each part is one file; several make one document, in order. `walls`: VAULT_ISOLATION. Raises Refused."""
    for _ in range(_TRIES):
        try:
            return _analysed(Box(walls, spent or Spent()).pages_of(parts))
        except BoxBroke:
            continue
    raise Refused(Code.ANALYSIS)


def _analysed(drawn: Iterator[Page]) -> Analysis:
    done, found = [], []
    for number, page in enumerate(drawn, start=1):
        pixels = simplest(np.frombuffer(page.pixels, np.uint8).reshape(page.height, page.width, 3))
        said = pages.from_glyphs(page, number)
        zones, words = pages.cleaned(pixels, number, drawn=page.drawn, zones=said, pictures=page.pictures)
        found += zones
        picture = encoded(pixels, exact=page.drawn)
        done.append(AnalysedPage(page.points, page.drawn, picture, page.pictures, tuple(words)))
    return Analysis(tuple(done), tuple(found))


def rebuild(analysis: Analysis, *, own: Sequence[Zone], shown: Collection[int]) -> Rebuilt:
    """Paint what was found but `shown` (places in `found`, uncertain ones only), and a person's `own` zones; verify.

    Raises Refused(Code.TO_REVIEW) when a number is still read after three rounds.
    """
    sheets = [_sheet(analysis, number, own=own, shown=shown) for number in range(1, len(analysis.pages) + 1)]
    seen = hashlib.sha256()
    for sheet in sheets:
        seen.update(repr(sheet.pixels.shape).encode() + sheet.pixels.tobytes())
    words = tuple(word.text for sheet in sheets for word in sheet.words)
    return Rebuilt(pdf=paper.made(sheets), pixels=seen.digest(), words=words)


def _sheet(analysis: Analysis, number: int, *, own: Sequence[Zone], shown: Collection[int]) -> Sheet:
    page = analysis.pages[number - 1]
    pixels = decoded(page.picture)
    hidden = _hidden(analysis, number, own=own, shown=shown)
    words = page.words
    if words is None or own or shown:
        but = [analysis.found[place] for place in shown if analysis.found[place].page == number]
        hidden, read = pages.cleaned(
            pixels, number, drawn=page.drawn, zones=hidden, pictures=page.pictures, but=but, fresh=False
        )
        words = tuple(read)
    return Sheet(painted(pixels, hidden), page.points, exact=page.drawn, words=words)


def _hidden(analysis: Analysis, number: int, *, own: Sequence[Zone], shown: Collection[int]) -> list[Zone]:
    kept = [zone for place, zone in enumerate(analysis.found) if zone.certain or place not in shown]
    return [zone for zone in (*kept, *own) if zone.page == number]


def preview(analysis: Analysis, page: int, *, own: Sequence[Zone], shown: Collection[int]) -> bytes:
    """A page (from 1) as it would be kept, as a JPEG."""
    pixels = decoded(analysis.pages[page - 1].picture)
    return _small(painted(pixels, _hidden(analysis, page, own=own, shown=shown)))


def original(analysis: Analysis, page: int) -> bytes:
    """A page (from 1) as it came, as a JPEG: for the eyes of who sent it."""
    return _small(decoded(analysis.pages[page - 1].picture))


def _small(pixels: Pixels) -> bytes:
    return encoded(shrunk(pixels, SHOWN_SIDE), exact=False)


def missing(walls: str = "") -> str | None:
    """What this machine lacks to analyse anything (one English sentence for the log); None when it lacks nothing."""
    if not (readers.MODEL / "fra.traineddata").is_file():
        return "the trained data of Tesseract are not in vault/data"
    if not readers.can_read():
        return "tesserocr, which reads words, cannot be loaded"
    return isolation.missing(walls)
