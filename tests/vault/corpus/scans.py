"""Sheets that went through a scanner."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from tests.vault.corpus import camera, cards, digits, layouts
from tests.vault.corpus.camera import Shot
from tests.vault.corpus.draw import Paper
from tests.vault.corpus.letters import letter
from tests.vault.corpus.truth import Document, Ending, Recipe


@dataclass(frozen=True, slots=True)
class Scan:
    """`form`: of the file; PDF holds one JPEG a page. `quarters`: how the sheet lay on the glass."""

    name: str
    dpi: int
    form: str = "PDF"
    what: str = "letter"
    quality: int = 75
    skew: float = 0
    noise: float = 3
    blur: float = 0.5
    dust: int = 0
    fold: float = 0
    grey: bool = True
    quarters: int = 0
    pages: int = 1
    colours: str = ""  # bilevel, palette, alpha, cmyk, deep: how the file holds its points
    layer: bool = False  # with what a reader made of it, invisible, under the picture


SCANS: Sequence[Scan] = (
    Scan("plain", 300),
    Scan("attestation", 300, what="attestation", skew=0.6),
    Scan("colour", 300, what="attestation", grey=False, quality=85),
    Scan("skew", 300, skew=3, fold=0.5, dust=120),
    Scan("cells", 300, what="cells"),
    Scan("png", 300, form="PNG", skew=-1.2),
    Scan("rotated", 300, quarters=2),
    Scan("plain", 200),
    Scan("attestation", 200, what="attestation", skew=1.5, dust=60),
    Scan("q40", 200, quality=40, noise=5),
    Scan("skew-left", 200, skew=-3, what="attestation"),
    Scan("fold", 200, fold=0.33, dust=200, noise=6),
    Scan("jpeg", 200, form="JPEG", skew=0.8, quality=60),
    Scan("webp", 200, form="WEBP", what="attestation", quality=70),
    Scan("tiff", 200, form="TIFF", what="attestation"),
    Scan("tiff-pages", 200, form="TIFF", pages=3),
    Scan("sideways", 200, quarters=1, what="attestation"),
    Scan("sideways-left", 200, quarters=3),
    Scan("upside-down", 200, quarters=2, form="JPEG", what="attestation"),
    Scan("table", 200, what="table"),
    Scan("two-lines", 200, what="two-lines"),
    Scan("key-far", 200, what="key-far", skew=0.4),
    Scan("comb", 200, what="comb"),
    Scan("beside", 200, what="beside", skew=0.5),
    Scan("dark", 200, what="on-dark"),
    Scan("bilevel", 200, colours="bilevel", what="attestation"),
    Scan("fax", 200, form="TIFF", colours="bilevel", skew=0.7, dust=150),
    Scan("bilevel", 300, form="PNG", colours="bilevel"),
    Scan("palette", 200, form="PNG", colours="palette", what="attestation"),
    Scan("alpha", 200, form="PNG", colours="alpha", noise=0),
    Scan("cmyk", 200, form="JPEG", colours="cmyk", grey=False, what="attestation"),
    Scan("deep", 200, form="TIFF", colours="deep"),
    Scan("layer", 200, layer=True, what="attestation", skew=0.5),
    Scan("pale", 200, what="pale"),
    Scan("squeezed", 200, what="squeezed"),
    Scan("several", 200, what="several", skew=-0.8, quality=60),
    Scan("columns", 300, what="columns", skew=0.5),
    Scan("small", 300, what="footer"),
    Scan("plain", 150),
    Scan("attestation", 150, what="attestation"),
    Scan("skew", 150, skew=2, what="attestation"),
    Scan("q50", 150, quality=50, noise=4),
    Scan("jpeg", 150, form="JPEG", what="attestation", skew=-1),
    Scan("png", 150, form="PNG", noise=5),
    Scan("table", 150, what="table"),
    Scan("sideways", 150, what="attestation", quarters=1),
    Scan("fold", 150, fold=0.6, dust=80),
)


def drawn(scan: Scan, random: Random) -> Paper:
    paper = Paper()
    match scan.what:
        case "letter":
            for _ in range(scan.pages):
                sheet = paper.sheet()
                layouts.labelled(sheet, random, 50, letter(sheet, random, font="Ds"), font="Ds")
        case "attestation":
            cards.attestation(paper.sheet(), random)
        case layout:
            (layouts.LAYOUTS | {"pale": pale})[layout](paper, random)
    return paper


def pale(paper: Paper, random: Random) -> None:
    """Printed with little toner."""
    sheet, number = paper.sheet(), digits.nir(random)
    y = letter(sheet, random)
    sheet.hide(number, *sheet.figures(layouts.spaced(number), 50, y, before=f"{layouts.LABEL} : ", ink=0.6, size=12))


def scanned(scan: Scan, shot: Shot, random: Random) -> Shot:
    shot = camera.quartered(camera.skewed(shot, scan.skew) if scan.skew else shot, scan.quarters)
    pixels = camera.noisy(camera.blurred(shot.pixels, scan.blur), scan.noise)
    pixels = camera.speckled(pixels, random, scan.dust) if scan.dust else pixels
    return replace(shot, pixels=camera.folded(pixels, scan.fold) if scan.fold else pixels)


def make(scan: Scan) -> Callable[[Random], Document]:
    def made(random: Random) -> Document:
        printed = camera.shots_of(drawn(scan, random), dpi=scan.dpi, grey=scan.grey)
        shots = [scanned(scan, shot, random) for shot in printed]
        data = in_pdf(shots, scan) if scan.form == "PDF" else saved(shots, scan)
        return Document(
            data,
            {"JPEG": ".jpg", "PNG": ".png", "TIFF": ".tiff", "WEBP": ".webp", "PDF": ".pdf"}[scan.form],
            tuple(secret for shot in shots for secret in shot.secrets),
            tuple(innocent for shot in shots for innocent in shot.innocents),
            Ending.FOUND,
            pages=len(shots),
            dpi=scan.dpi,
            turns=(0, 4 - scan.quarters) if scan.quarters else (0,),
        )

    return made


def in_pdf(shots: Sequence[Shot], scan: Scan) -> bytes:
    paper = Paper()
    for shot in shots:
        width, height = (length * 72 / scan.dpi for length in shot.size)
        sheet = paper.sheet(width, height)
        if scan.layer:
            sheet.text("ATTESTATI0N DE DR0ITS l 8S O5 7B OO6 O84 9l Assure", 50, 190, mode=3)
        sheet.image(picture_of(paper, shot, scan), 0, 0, width, height)
    return paper.written()


def picture_of(paper: Paper, shot: Shot, scan: Scan) -> str:
    if not scan.colours:
        return paper.picture(shot.pixels, quality=scan.quality)
    width, height = shot.size
    head = f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /BitsPerComponent 1"
    return paper.objects.stream(np.packbits(shot.pixels > 160, axis=1).tobytes(), f"{head} /ColorSpace /DeviceGray")


def saved(shots: Sequence[Shot], scan: Scan) -> bytes:
    return camera.saved(
        [shot.pixels for shot in shots], scan.form, quality=scan.quality, dpi=scan.dpi, colours=scan.colours
    )


def recipes() -> Iterator[Recipe]:
    for scan in SCANS:
        yield Recipe(f"scan-{scan.dpi}-{scan.name}", make(scan))
