"""Sheets that went through a scanner."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from tests.vault.corpus import camera, cards, layouts
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
            layouts.LAYOUTS[layout](paper, random)
    return paper


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
        sheet.image(paper.picture(shot.pixels, quality=scan.quality), 0, 0, width, height)
    return paper.written()


def saved(shots: Sequence[Shot], scan: Scan) -> bytes:
    return camera.saved([shot.pixels for shot in shots], scan.form, quality=scan.quality, dpi=scan.dpi)


def recipes() -> Iterator[Recipe]:
    for scan in SCANS:
        yield Recipe(f"scan-{scan.dpi}-{scan.name}", make(scan))
