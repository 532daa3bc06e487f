"""What scanners and phones do to a sheet, every point of it followed."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import Image

from tests.vault.corpus import eyes
from tests.vault.corpus.draw import Paper, Pixels
from tests.vault.corpus.truth import Innocent, Place, Polygon, Secret

Matrix = npt.NDArray[np.float64]
TILE = 512
# EXIF's orientations: how often a picture is turned anticlockwise by a quarter, then mirrored, to be stored so.
STORED = {
    1: (0, False),
    2: (0, True),
    3: (2, False),
    4: (2, True),
    5: (3, True),
    6: (1, False),
    7: (1, True),
    8: (3, False),
}


@dataclass(frozen=True, slots=True)
class Shot:
    """One page of pixels (grey or RGB) with what is true of it."""

    pixels: Pixels
    secrets: tuple[Secret, ...]
    innocents: tuple[Innocent, ...]

    @property
    def size(self) -> tuple[int, int]:
        return self.pixels.shape[1], self.pixels.shape[0]

    def moved(self, pixels: Pixels, matrix: Matrix) -> "Shot":
        """New pixels, to which `matrix` (3, 3) takes the old ones' coordinates."""
        target = (pixels.shape[1], pixels.shape[0])

        def move(place: Place) -> Place:
            return replace(place, polygon=_moved(place.polygon, matrix, self.size, target))

        secrets = tuple(replace(one, places=tuple(map(move, one.places))) for one in self.secrets)
        return Shot(pixels, secrets, tuple(replace(one, place=move(one.place)) for one in self.innocents))


def _moved(polygon: Polygon, matrix: Matrix, source: tuple[int, int], target: tuple[int, int]) -> Polygon:
    points = np.array([[[x * source[0], y * source[1]] for x, y in polygon]])
    [moved] = cv2.perspectiveTransform(points, matrix)
    return tuple((float(x) / target[0], float(y) / target[1]) for x, y in moved)


def shots_of(paper: Paper, *, dpi: int, grey: bool) -> list[Shot]:
    """The sheets as printed."""
    found = []
    for number, pixels in enumerate(eyes.pages_of_pdf(paper.written(), dpi=dpi), start=1):
        secrets = tuple(
            replace(one, places=tuple(place for place in one.places if place.page == number))
            for one in paper.secrets
            if any(place.page == number for place in one.places)
        )
        innocents = tuple(one for one in paper.innocents if one.place.page == number)
        flat = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8) if grey else pixels
        found.append(Shot(flat, secrets, innocents))
    return found


def skewed(shot: Shot, degrees: float) -> Shot:
    """Turned about its middle, in the same frame."""
    width, height = shot.size
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1), [0, 0, 1]])
    return shot.moved(_warped(shot.pixels, matrix, (width, height), paper=250), matrix)


def quartered(shot: Shot, quarters: int) -> Shot:
    """By quarters anticlockwise."""
    for _ in range(quarters % 4):
        matrix = np.array([[0, 1, 0], [-1, 0, shot.size[0]], [0, 0, 1]], np.float64)
        shot = shot.moved(np.ascontiguousarray(np.rot90(shot.pixels)), matrix)
    return shot


def _warped(pixels: Pixels, matrix: Matrix, size: tuple[int, int], *, paper: int) -> Pixels:
    ground = (paper,) * 3
    bent = cv2.warpPerspective(pixels, matrix, size, borderMode=cv2.BORDER_CONSTANT, borderValue=ground)
    return np.asarray(bent, np.uint8)


@cache
def _grain(strength: float, channels: int) -> npt.NDArray[np.int16]:
    """A tile of noise; numpy's generator is the same everywhere."""
    drawn = np.random.default_rng(5).normal(0, strength, (TILE, TILE, channels))
    return np.round(drawn).astype(np.int16)


def noisy(pixels: Pixels, strength: float) -> Pixels:
    height, width = pixels.shape[:2]
    tile = _grain(strength, 1 if pixels.ndim == 2 else 3)
    repeated = np.tile(tile, (-(-height // TILE), -(-width // TILE), 1))[:height, :width]
    grain = repeated[:, :, 0] if pixels.ndim == 2 else repeated
    return np.asarray(cv2.add(pixels, grain, dtype=cv2.CV_8U), np.uint8)


def speckled(pixels: Pixels, random: Random, count: int) -> Pixels:
    """Dust: small dark dots."""
    height, width = pixels.shape[:2]
    dusty = pixels.copy()
    for _ in range(count):
        at = (random.randrange(width), random.randrange(height))
        cv2.circle(dusty, at, random.choice((1, 1, 2)), (random.randrange(60, 190),) * 3, -1)
    return dusty


def folded(pixels: Pixels, share: float) -> Pixels:
    """A crease across the page at this share of its height: a dark hairline, a lighter band below."""
    y, marked = int(pixels.shape[0] * share), pixels.copy()
    marked[y - 1 : y + 1] = (marked[y - 1 : y + 1] * 0.72).astype(np.uint8)
    marked[y + 1 : y + 25] = (marked[y + 1 : y + 25] * 0.93).astype(np.uint8)
    return marked


def blurred(pixels: Pixels, sigma: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.uint8) if sigma else pixels


def table(random: Random, size: tuple[int, int]) -> Pixels:
    """A wooden table, more or less: streaks of brown."""
    width, height = size
    seed = np.random.default_rng(random.randrange(2**32))
    streaks = seed.normal(0, 16, (48, 12, 1))
    colour = np.array(random.choice([(96, 66, 42), (70, 74, 82), (150, 118, 84), (46, 60, 52)]))
    rough = (colour + streaks).clip(0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def laid(shot: Shot, random: Random, size: tuple[int, int], *, share: float, tilt: float, slant: float) -> Shot:
    """On a table, seen by a phone: `share` of the frame's height or width, turned by `tilt` degrees, in perspective."""
    width, height = shot.size
    scale = share * min(size[0] / width, size[1] / height)
    corners = np.array([[-width, -height], [width, -height], [width, height], [-width, height]], np.float64) * scale / 2
    angle = np.radians(tilt)
    turned = corners @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    jitter = [[random.uniform(-1, 1) * slant * size[0], random.uniform(-1, 1) * slant * size[1]] for _ in range(4)]
    quad = (turned + np.array(jitter) + np.array(size) / 2).astype(np.float32)
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(flat, quad), np.float64)
    ground = table(random, size)
    sheet = _warped(shot.pixels, matrix, size, paper=0)
    mask = _warped(np.full((height, width), 255, np.uint8), matrix, size, paper=0)
    return shot.moved(np.asarray(cv2.copyTo(sheet, mask, ground), np.uint8), matrix)


def lit(pixels: Pixels, random: Random, *, shadow: float) -> Pixels:
    """Light from one side, and the soft shadow of a hand."""
    height, width = pixels.shape[:2]
    small = np.ones((60, 80), np.float32) * np.linspace(random.uniform(0.72, 0.9), 1.0, 80, dtype=np.float32)
    if random.random() < 0.5:
        small = small[:, ::-1].copy()
    if shadow:
        at = (random.randrange(20, 60), random.randrange(15, 45))
        cv2.circle(small, at, 22, (1 - shadow,), -1)
        small = np.asarray(cv2.GaussianBlur(small, (0, 0), 6), np.float32)
    light = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))
    return np.asarray(cv2.multiply(pixels, cv2.merge([light] * 3), dtype=cv2.CV_8U), np.uint8)


def stored(pixels: Pixels, orientation: int) -> Pixels:
    """As a phone writes it that was held this way: a viewer who obeys EXIF sees `pixels`."""
    quarters, mirrored = STORED[orientation]
    turned = np.rot90(pixels, quarters)
    return np.ascontiguousarray(turned[:, ::-1] if mirrored else turned)


def saved(pages: Sequence[Pixels], form: str, *, quality: int = 85, dpi: int = 200, orientation: int = 1) -> bytes:
    """JPEG, PNG, WebP, TIFF (of several pages too) or HEIF."""
    pillow_heif.register_heif_opener()
    held, exif = io.BytesIO(), Image.Exif()
    first, *others = (Image.fromarray(stored(page, orientation)) for page in pages)
    if orientation != 1:
        exif[0x0112] = orientation
    options: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": quality, "dpi": (dpi, dpi)},
        "PNG": {"compress_level": 1, "dpi": (dpi, dpi)},
        "WEBP": {"quality": quality, "method": 1},
        "TIFF": {"compression": "tiff_lzw", "dpi": (dpi, dpi), "save_all": True, "append_images": others},
        "HEIF": {"quality": quality, "enc_params": {"preset": "ultrafast"}},
    }
    first.save(held, form, exif=exif, **options[form])
    return held.getvalue()
