"""Codes that machines read: with the number in them, or innocent."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import zxingcpp

from tests.vault.corpus import camera, digits
from tests.vault.corpus.draw import Paper, Pixels
from tests.vault.corpus.letters import letter
from tests.vault.corpus.truth import Document, Recipe

Payload = Callable[[str, Random], str]
FORMATS = {
    "qr": zxingcpp.BarcodeFormat.QRCode,
    "datamatrix": zxingcpp.BarcodeFormat.DataMatrix,
    "pdf417": zxingcpp.BarcodeFormat.PDF417,
    "aztec": zxingcpp.BarcodeFormat.Aztec,
    "code128": zxingcpp.BarcodeFormat.Code128,
    "ean13": zxingcpp.BarcodeFormat.EAN13,
}


@dataclass(frozen=True, slots=True)
class Code:
    """`kept`: the payload is innocent and must stay readable. `scanned`: the page went through a scanner at 200 dpi."""

    form: str
    payload: Payload
    kept: bool = False
    scanned: bool = False
    turned: int = 0
    side: float = 120


def bare(number: str, random: Random) -> str:
    return number


def spelled(number: str, random: Random) -> str:
    return f"NIR {' '.join(digits.groups(number))}"


def vitale(number: str, random: Random) -> str:
    return f"NOM=DESSAI;PRENOM=TEMOIN;NIR={number};REGIME=01"


def address(number: str, random: Random) -> str:
    return f"https://exemple.invalid/verifier?nir={number}&v=2"


def signed(number: str, random: Random) -> str:
    """Laid out as a 2D-Doc: header, fields by identifier, a group separator, a signature in base 32."""
    mark = "".join(random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(103))
    return f"DC04FR0ESSAI1A2B1A2B0401FR43{number}\x1d46DESSAI\x1d47TEMOIN\x1d\x1f{mark}"


def clean_signed(number: str, random: Random) -> str:
    return signed("SPECIMEN", random)


def clean_address(number: str, random: Random) -> str:
    return f"https://exemple.invalid/aide/{random.randrange(1000)}"


def clean_order(number: str, random: Random) -> str:
    return f"ESSAI-{random.randrange(10**6):06d}"


def article(number: str, random: Random) -> str:
    return digits.ean(random, start="376")


CODES: Sequence[tuple[str, Code]] = (
    ("qr", Code("qr", bare)),
    ("qr-spelled", Code("qr", spelled)),
    ("qr-address", Code("qr", address)),
    ("qr-small", Code("qr", vitale, side=60)),
    ("datamatrix", Code("datamatrix", bare, side=60)),
    ("2d-doc", Code("datamatrix", signed, side=110)),
    ("pdf417", Code("pdf417", vitale, side=200)),
    ("aztec", Code("aztec", bare, side=70)),
    ("code128", Code("code128", bare, side=220)),
    ("qr-turned", Code("qr", bare, turned=1)),
    ("code128-turned", Code("code128", bare, turned=1, side=220)),
    ("qr-scanned", Code("qr", vitale, scanned=True)),
    ("code128-scanned", Code("code128", bare, scanned=True, side=230)),
    ("clean-qr", Code("qr", clean_address, kept=True)),
    ("clean-datamatrix", Code("datamatrix", clean_order, kept=True, side=60)),
    ("clean-2d-doc", Code("datamatrix", clean_signed, kept=True, side=110)),
    ("clean-code128", Code("code128", clean_order, kept=True, side=200)),
    ("clean-ean", Code("ean13", article, kept=True, side=130)),
    ("clean-qr-scanned", Code("qr", clean_address, kept=True, scanned=True)),
)


def picture_of(text: str, form: str) -> Pixels:
    code = zxingcpp.create_barcode(text, FORMATS[form])
    return np.array(code.to_image(scale=4), dtype=np.uint8)


def make(code: Code) -> Callable[[Random], Document]:
    def made(random: Random) -> Document:
        paper = Paper()
        sheet, number = paper.sheet(), digits.nir(random)
        y = letter(sheet, random)
        text = code.payload(number, random)
        pixels = np.rot90(picture_of(text, code.form), code.turned)
        height, width = pixels.shape[:2]
        scale = code.side / max(width, height)
        place = sheet.image(paper.picture(np.ascontiguousarray(pixels)), 60, y + 10, width * scale, height * scale)
        if not code.kept:
            sheet.hide(number, ink_in(place, pixels), kind="barcode")
        document = replace(paper.document(), kept=frozenset({text}) if code.kept else frozenset())
        return scanned(paper, document) if code.scanned else document

    return made


def ink_in(place: Sequence[tuple[float, float]], pixels: Pixels) -> tuple[tuple[float, float], ...]:
    """Without the quiet zone around a code."""
    (x, y), _, (right, bottom), _ = place
    rows, columns = np.nonzero(pixels < 128)
    across, down = (right - x) / pixels.shape[1], (bottom - y) / pixels.shape[0]
    left, right = x + across * int(columns.min()), x + across * (int(columns.max()) + 1)
    top, bottom = y + down * int(rows.min()), y + down * (int(rows.max()) + 1)
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def scanned(paper: Paper, document: Document) -> Document:
    [shot] = camera.shots_of(paper, dpi=200, grey=True)
    shot = camera.skewed(shot, 1)
    data = camera.saved([camera.noisy(camera.blurred(shot.pixels, 0.5), 3)], "PNG")
    return replace(document, data=data, suffix=".png", secrets=shot.secrets, innocents=shot.innocents)


def recipes() -> Iterator[Recipe]:
    for name, code in CODES:
        yield Recipe(f"barcode-{name}", make(code))
