"""Sheets and cards as a phone sees them: twelve megapixels on a table, in whatever light."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from tests.vault.corpus import camera, cards, layouts
from tests.vault.corpus.draw import Paper
from tests.vault.corpus.letters import letter
from tests.vault.corpus.truth import Document, Ending, Recipe

LONG, SHORT = 4032, 3024


@dataclass(frozen=True, slots=True)
class Photo:
    """`share` of the frame that the sheet fills, `tilt` in degrees, `slant`: how far its corners go astray."""

    name: str
    what: str = "attestation"
    share: float = 0.9
    tilt: float = 0
    slant: float = 0.02
    blur: float = 0.9
    noise: float = 5
    shadow: float = 0.2
    quality: int = 85
    orientation: int = 1
    form: str = "JPEG"
    wide: bool = False
    small: float = 1  # of twelve megapixels' sides


PHOTOS: Sequence[Photo] = (
    Photo("attestation"),
    Photo("letter", what="letter", tilt=2),
    Photo("tilt", tilt=7, slant=0.03, share=0.85),
    Photo("tilt-left", what="letter", tilt=-9, share=0.85),
    Photo("slant", slant=0.05, share=0.85),
    Photo("slant-letter", what="letter", slant=0.05, share=0.85),
    Photo("shadow", shadow=0.5),
    Photo("noisy", noise=12, quality=70),
    Photo("soft", blur=1.6),
    Photo("far", share=0.7),
    Photo("wide", wide=True, share=0.98),
    Photo("sideways", tilt=90, wide=True, share=0.95),
    Photo("upside-down", tilt=180),
    Photo("cells", what="cells"),
    Photo("table", what="table"),
    Photo("card", what="card", share=0.75, wide=True),
    Photo("card-tilt", what="card", share=0.7, tilt=12, wide=True),
    Photo("card-dark", what="card", share=0.8, shadow=0.45, wide=True),
    *(Photo(f"exif-{value}", orientation=value, tilt=1.5) for value in range(2, 9)),
    Photo("png", form="PNG", small=0.6),
    Photo("webp", form="WEBP", small=0.8),
    Photo("heic", form="HEIF", small=0.6),
    Photo("heic-letter", what="letter", form="HEIF", small=0.6, tilt=3),
)
SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "HEIF": ".heic"}


def drawn(photo: Photo, random: Random) -> Paper:
    paper = Paper()
    match photo.what:
        case "letter":
            sheet = paper.sheet()
            layouts.labelled(sheet, random, 50, letter(sheet, random, font="Dj"), font="Dj")
        case "attestation":
            cards.attestation(paper.sheet(), random)
        case "card":
            cards.card(paper, random)
        case layout:
            layouts.LAYOUTS[layout](paper, random)
    return paper


def make(photo: Photo) -> Callable[[Random], Document]:
    def made(random: Random) -> Document:
        [printed] = camera.shots_of(drawn(photo, random), dpi=700 if photo.what == "card" else 250, grey=False)
        sides = (LONG, SHORT) if photo.wide else (SHORT, LONG)
        size = (int(sides[0] * photo.small), int(sides[1] * photo.small))
        shot = camera.laid(printed, random, size, share=photo.share, tilt=photo.tilt, slant=photo.slant)
        seen = camera.blurred(camera.lit(shot.pixels, random, shadow=photo.shadow), photo.blur * photo.small)
        pixels = camera.noisy(seen, photo.noise)
        return Document(
            camera.saved([pixels], photo.form, quality=photo.quality, orientation=photo.orientation),
            SUFFIXES[photo.form],
            shot.secrets,
            shot.innocents,
            Ending.FOUND,
            lean=photo.tilt if abs(photo.tilt) < 45 else 0,
            turns={90: (0, 1), 180: (0, 2)}.get(int(photo.tilt), (0,)),
        )

    return made


def recipes() -> Iterator[Recipe]:
    for photo in PHOTOS:
        yield Recipe(f"photo-{photo.name}", make(photo))
