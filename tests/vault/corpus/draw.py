"""Sheets of a PDF on which every run of text knows where its ink lies."""

import io
import math
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from tests.vault.corpus import fonts
from tests.vault.corpus.pdf import Objects, dictionary
from tests.vault.corpus.truth import Document, Innocent, Place, Polygon, Secret

Pixels = npt.NDArray[np.uint8]
_DIGIT = re.compile(r"\d|(?<=\d)[AB](?=\W?\d)")
DIGIT_HEIGHT = 0.70  # of the size, above the baseline
A4 = (595.0, 842.0)


@dataclass
class Sheet:
    """Lengths in points from the sheet's top left, before `rotate`; `crop` is (left, top, right, bottom)."""

    paper: "Paper"
    number: int
    width: float
    height: float
    rotate: int = 0
    crop: tuple[float, float, float, float] | None = None
    content: list[str] = field(default_factory=list)
    fonts: set[str] = field(default_factory=set)
    extra: dict[str, dict[str, str]] = field(default_factory=dict)  # resources: kind -> name -> reference
    entries: dict[str, str] = field(default_factory=dict)  # of the page's dictionary
    before: list[str] = field(default_factory=list)  # streams that are drawn first

    def text(
        self,
        text: str,
        x: float,
        y: float,
        *,
        size: float = 11,
        font: str = "Hv",
        turn: float = 0,
        ink: float | tuple[float, float, float] = 0.0,
        gap: float = 0,
        mode: int = 0,
        stretch: float = 100,
    ) -> Polygon:
        """Draw with the baseline at y, turned anticlockwise about its start. Gives the ink's corners in points."""
        self.fonts.add(font)
        cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        colour = f"{ink:.3f} g" if isinstance(ink, float | int) else "{:.3f} {:.3f} {:.3f} rg".format(*ink)
        self.content.append(
            f"q BT {colour} /{font} {size:g} Tf {gap:g} Tc {stretch:g} Tz {mode} Tr {cosine:.5f} {sine:.5f} {-sine:.5f}"
            f" {cosine:.5f} {x:.2f} {self.height - y:.2f} Tm <{text.encode(fonts.ENCODING).hex()}> Tj ET Q"
        )
        width = (self.measure(text, size=size, font=font) + gap * (len(text) - 1)) * stretch / 100
        high = DIGIT_HEIGHT * size
        corners = ((0, 0), (width, 0), (width, high), (0, high))
        return tuple((x + a * cosine - b * sine, y - a * sine - b * cosine) for a, b in corners)

    def figures(
        self, text: str, x: float, y: float, *, before: str = "", size: float = 11, font: str = "Hv", **style: Any
    ) -> tuple[Polygon, ...]:
        """Draw `before` and `text`; gives the ink of each digit in `text` (A and B of Corsica are digits)."""
        whole, gap = before + text, style.get("gap", 0)
        ink = self.text(whole, x, y, size=size, font=font, **style)
        found = []
        for match in _DIGIT.finditer(whole, len(before)):
            lengths = [self.measure(whole[:at], size=size, font=font) + gap * at for at in match.span()]
            narrowed = [length * style.get("stretch", 100) / 100 for length in lengths]
            found.append(along(ink, narrowed[0], narrowed[1] - gap))
        return tuple(found)

    def measure(self, text: str, *, size: float = 11, font: str = "Hv") -> float:
        return fonts.FONTS[font].width(text, size)

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: float | None = None, line: float | None = None
    ) -> Polygon:
        """A rectangle from its top left."""
        bottom = self.height - y - height
        shape = f"{x:.2f} {bottom:.2f} {width:.2f} {height:.2f} re"
        if fill is not None:
            self.content.append(f"q {fill:g} g {shape} f Q")
        if line is not None:
            self.content.append(f"q {line:g} G 0.6 w {shape} S Q")
        return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))

    def image(self, reference: str, x: float, y: float, width: float, height: float) -> Polygon:
        name = f"Im{len(self.extra.get('XObject', {}))}"
        self.extra.setdefault("XObject", {})[name] = reference
        self.content.append(f"q {width:.2f} 0 0 {height:.2f} {x:.2f} {self.height - y - height:.2f} cm /{name} Do Q")
        return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))

    def place(self, polygon: Polygon) -> Place:
        """Where that stands on the page as it is shown."""
        left, top, right, bottom = self.crop or (0, 0, self.width, self.height)
        flat = [((x - left) / (right - left), (y - top) / (bottom - top)) for x, y in polygon]
        return Place(self.number, tuple(_turned(x, y, self.rotate) for x, y in flat))

    def hide(self, number: str, *polygons: Polygon, kind: str = "nir") -> None:
        """Note that these inks are a number to hide."""
        self.paper.secrets.append(Secret(number, tuple(map(self.place, polygons)), kind))

    def spare(self, text: str, polygon: Polygon, *, drawn: bool = False) -> None:
        """Note that this ink must stay."""
        self.paper.innocents.append(Innocent(text, self.place(polygon), drawn))

    def written(self, parent: str = "2 0 R") -> str:
        objects = self.paper.objects
        known = {name: self.paper.font(name) for name in sorted(self.fonts)}
        resources = {"Font": known | self.extra.get("Font", {})} | {
            kind: names for kind, names in self.extra.items() if kind != "Font"
        }
        body = objects.stream("\n".join([*self.before, *self.content]).encode("latin-1"))
        entries = {
            "Type": "/Page",
            "Parent": parent,
            "MediaBox": f"[0 0 {self.width:g} {self.height:g}]",
            "Resources": dictionary({kind: dictionary(names) for kind, names in resources.items()}),
            "Contents": body,
        }
        if self.rotate:
            entries["Rotate"] = str(self.rotate)
        if self.crop:
            left, top, right, bottom = self.crop
            entries["CropBox"] = f"[{left:g} {self.height - bottom:g} {right:g} {self.height - top:g}]"
        return objects.add(dictionary(entries | self.entries))


class Paper:
    """A document under way: its sheets and what is true of them."""

    def __init__(self) -> None:
        self.objects = Objects()
        self.sheets: list[Sheet] = []
        self.secrets: list[Secret] = []
        self.innocents: list[Innocent] = []
        self.turns: tuple[int, ...] = (0,)
        self._fonts: dict[str, str] = {}

    def sheet(
        self,
        width: float = A4[0],
        height: float = A4[1],
        *,
        rotate: int = 0,
        crop: tuple[float, float, float, float] | None = None,
    ) -> Sheet:
        sheet = Sheet(self, len(self.sheets) + 1, width, height, rotate, crop)
        self.sheets.append(sheet)
        return sheet

    def font(self, name: str) -> str:
        if name not in self._fonts:
            self._fonts[name] = fonts.FONTS[name].object_in(self.objects)
        return self._fonts[name]

    def picture(self, pixels: Pixels, *, quality: int = 0, entries: str = "") -> str:
        """An image of grey (h, w) or RGB (h, w, 3) pixels: JPEG at this quality, else without loss."""
        height, width = pixels.shape[:2]
        space = "/DeviceGray" if pixels.ndim == 2 else "/DeviceRGB"
        head = (
            f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /BitsPerComponent 8 /ColorSpace {space}"
            f" {entries}"
        )
        if quality:
            return self.objects.stream(jpeg(pixels, quality=quality), f"/Filter /DCTDecode {head}", flate=False)
        return self.objects.stream(pixels.tobytes(), head)

    def written(self) -> bytes:
        return self.objects.written([sheet.written() for sheet in self.sheets])

    def document(self) -> Document:
        return Document(
            self.written(),
            ".pdf",
            tuple(self.secrets),
            tuple(self.innocents),
            pages=len(self.sheets),
            turns=self.turns,
        )


def _turned(x: float, y: float, rotate: int) -> tuple[float, float]:
    """Clockwise by quarters, as /Rotate says it."""
    for _ in range(rotate // 90):
        x, y = 1 - y, x
    return x, y


def along(ink: Polygon, start: float, end: float) -> Polygon:
    """The part of a run's ink between two lengths from its start."""
    (x0, y0), (x1, y1), _, (x3, y3) = ink
    length = math.hypot(x1 - x0, y1 - y0)
    ux, uy, hx, hy = (x1 - x0) / length, (y1 - y0) / length, x3 - x0, y3 - y0
    bottom = [(x0 + ux * at, y0 + uy * at) for at in (start, end)]
    return (*bottom, *((x + hx, y + hy) for x, y in reversed(bottom)))


def jpeg(pixels: Pixels, *, quality: int, exif: bytes = b"") -> bytes:
    held = io.BytesIO()
    Image.fromarray(pixels).save(held, "JPEG", quality=quality, exif=exif)
    return held.getvalue()
