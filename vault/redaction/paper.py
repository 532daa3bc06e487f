"""The sealed file: a PDF made of pixels, and of the words that were read on them."""

import io
import math
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pikepdf

from vault.redaction.painting import encoded
from vault.redaction.readers import Pixels

Corner = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its corners in fractions of the page: top left, top right, bottom right, bottom left."""

    text: str
    corners: tuple[Corner, Corner, Corner, Corner]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`points`: width and height of the page. `exact`: its pixels are kept as they are, else as a JPEG."""

    pixels: Pixels
    points: tuple[float, float]
    exact: bool
    words: tuple[Word, ...]


def made(sheets: Sequence[Sheet]) -> bytes:
    """The same sheets give the same bytes."""
    with pikepdf.new() as paper:
        font = paper.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font,
                Subtype=pikepdf.Name.Type1,
                BaseFont=pikepdf.Name.Helvetica,
                Encoding=pikepdf.Name.WinAnsiEncoding,
            )
        )
        for sheet in sheets:
            _add(paper, sheet, font=font)
        paper.Root.Lang = pikepdf.String("fr")
        written = io.BytesIO()
        pikepdf.Pdf.save(paper, written, deterministic_id=True)
        return written.getvalue()


def _add(paper: pikepdf.Pdf, sheet: Sheet, *, font: pikepdf.Object) -> None:
    width, height = sheet.points
    page = paper.add_blank_page(page_size=(width, height))
    page.Resources = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary(P=_picture(paper, sheet)), Font=pikepdf.Dictionary(F=font)
    )
    shown = f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /P Do Q\n".encode()
    page.Contents = paper.make_stream(shown + b"\n".join(_text(sheet.words, width=width, height=height)))


def _picture(paper: pikepdf.Pdf, sheet: Sheet) -> pikepdf.Object:
    grey = sheet.pixels.ndim == 2
    height, width = sheet.pixels.shape[:2]
    about = {
        "/Type": pikepdf.Name.XObject,
        "/Subtype": pikepdf.Name.Image,
        "/Width": width,
        "/Height": height,
        "/BitsPerComponent": 8,
        "/ColorSpace": pikepdf.Name.DeviceGray if grey else pikepdf.Name.DeviceRGB,
    }
    if sheet.exact:
        data, about["/Filter"] = zlib.compress(sheet.pixels.tobytes(), 6), pikepdf.Name.FlateDecode
    else:
        data, about["/Filter"] = encoded(sheet.pixels, exact=False), pikepdf.Name.DCTDecode
    return pikepdf.Stream(paper, data, about)


def _text(words: Iterable[Word], *, width: float, height: float) -> Iterable[bytes]:
    """Invisible words over their pictures, each as wide and as slanted as it is."""
    yield b"BT 3 Tr"
    for word in words:
        signs = word.text.encode("cp1252", "ignore")
        (left, top), _, (right, bottom), (start_x, start_y) = [(x * width, (1 - y) * height) for x, y in word.corners]
        size = math.dist((left, top), (start_x, start_y))
        if not signs or size < 0.5:
            continue
        length = math.dist((start_x, start_y), (right, bottom))
        angle = math.atan2(bottom - start_y, right - start_x)
        cos, sin = math.cos(angle), math.sin(angle)
        wide = max(1.0, min(1000.0, 100 * length / (size * 0.53 * len(signs))))
        escaped = signs.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        turn = f"{cos:.4f} {sin:.4f} {-sin:.4f} {cos:.4f} {start_x:.2f} {start_y:.2f} Tm"
        yield f"/F {size:.2f} Tf {wide:.1f} Tz {turn} ".encode() + b"(" + escaped + b") Tj"
    yield b"ET"
