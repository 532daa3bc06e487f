"""Fonts of the sheets: three of the standard fourteen by name, and DejaVu carried in the file."""

import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont

from tests.vault.corpus.pdf import Objects

FOLDER = Path("/usr/share/fonts/truetype/dejavu")
ENCODING = "cp1252"
_HELVETICA = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 "
    "278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 "
    "611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 "
    "556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584"
)
_TIMES = (
    "250 333 408 500 500 833 778 180 333 333 500 564 250 333 250 278 500 500 500 500 500 500 500 500 500 500 "
    "278 278 564 564 564 444 921 722 667 667 722 611 556 722 722 333 389 722 611 889 722 722 556 722 667 556 "
    "611 722 722 944 722 722 611 333 278 333 469 500 333 444 500 444 500 444 333 500 500 278 278 500 278 778 "
    "500 500 500 500 333 389 278 500 500 722 500 500 444 480 200 480 541"
)
_STANDARD = {"Helvetica": _HELVETICA, "Times-Roman": _TIMES, "Courier": " ".join(["600"] * 95)}
_PLAIN = str.maketrans("àâäéèêëîïôöùûüçÀÉÈÊÇ\u00a0’«»–—•", 'aaaeeeeiioouuucAEEEC \'""---')


@dataclass(frozen=True, slots=True)
class Font:
    """`base` names one of the standard fonts; else `file` stands in DejaVu's folder."""

    base: str = ""
    file: str = ""

    def widths(self) -> tuple[float, ...]:
        """Thousandths of the size for the codes 32 to 255."""
        return _measured(self.file) if self.file else _standard(self.base)

    def width(self, text: str, size: float) -> float:
        widths = self.widths()
        return sum(widths[code - 32] for code in text.encode(ENCODING, "replace")) * size / 1000

    def object_in(self, objects: Objects, *, unicode: str = "") -> str:
        """The font's dictionary; `unicode` is the reference of a map that says what the glyphs are said to mean."""
        told = f"/ToUnicode {unicode}" if unicode else ""
        if self.base:
            return objects.add(
                f"<< /Type /Font /Subtype /Type1 /BaseFont /{self.base} /Encoding /WinAnsiEncoding {told} >>"
            )
        name = self.file.removesuffix(".ttf")
        packed, length = _packed(self.file)
        program = objects.stream(packed, f"/Filter /FlateDecode /Length1 {length}", flate=False)
        descriptor = objects.add(
            f"<< /Type /FontDescriptor /FontName /{name} /Flags 32 /FontBBox [-1020 -463 1793 1232] /ItalicAngle 0"
            f" /Ascent 928 /Descent -236 /CapHeight 729 /StemV 80 /FontFile2 {program} >>"
        )
        widths = " ".join(f"{width:.0f}" for width in self.widths())
        return objects.add(
            f"<< /Type /Font /Subtype /TrueType /BaseFont /{name} /FirstChar 32 /LastChar 255 /Widths [{widths}]"
            f" /Encoding /WinAnsiEncoding /FontDescriptor {descriptor} {told} >>"
        )


FONTS = {
    "Hv": Font(base="Helvetica"),
    "Tm": Font(base="Times-Roman"),
    "Co": Font(base="Courier"),
    "Dj": Font(file="DejaVuSans.ttf"),
    "Db": Font(file="DejaVuSans-Bold.ttf"),
    "Dm": Font(file="DejaVuSansMono.ttf"),
    "Ds": Font(file="DejaVuSerif.ttf"),
    "Dc": Font(file="DejaVuSansCondensed.ttf"),
    "Di": Font(file="DejaVuSans-Oblique.ttf"),
    "Dl": Font(file="DejaVuSans-ExtraLight.ttf"),
}


@cache
def _standard(base: str) -> tuple[float, ...]:
    """Accented letters are as wide as bare ones."""
    ascii_only = [float(width) for width in _STANDARD[base].split()]
    signs = bytes(range(32, 256)).decode(ENCODING, "replace").translate(_PLAIN)
    return tuple(ascii_only[ord(sign) - 32] if 32 <= ord(sign) < 127 else 556.0 for sign in signs)


@cache
def _measured(file: str) -> tuple[float, ...]:
    font = ImageFont.truetype(FOLDER / file, 1000)
    signs = bytes(range(32, 256)).decode(ENCODING, "replace")
    return tuple(font.getlength(sign) for sign in signs)


@cache
def _packed(file: str) -> tuple[bytes, int]:
    program = (FOLDER / file).read_bytes()
    return zlib.compress(program, 6), len(program)
