"""How a page is looked at: straightened, turned, evenly lit. Each view knows the way back to the page's own frame."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vault.redaction.painting import DARK
from vault.redaction.readers import Pixels

Matrix = NDArray[np.float64]
Corners = tuple[tuple[float, float], ...]

LONG_SIDE = 2600  # pixels: an A4 at about 220 dots an inch
_SMALL = 700
_EDGES = 3
_LEAST_SHEET, _MOST_SHEET = 0.2, 0.97  # of the picture
_COLOURFUL, _LEAST_COLOUR, _CLEARER = 60, 0.0005, 1.3
_LIGHTER, _LEAST_LIGHTER = 60, 0.0004


@dataclass(frozen=True, slots=True)
class View:
    """`to_view`: from a page's pixels to the view's (3 x 3). `even`: shadows are taken out.

    `sheet`: corners, in the page's pixels, of the part that is seen; empty when that is all.
    """

    to_view: Matrix
    width: int
    height: int
    even: bool
    sheet: Corners = ()

    def of(self, grey: Pixels, *, screens: bool = True) -> Pixels:
        """The page seen so; a dark one as ink on paper, unless there are no `screens` but a table around a sheet."""
        if not self.even and self.is_plain:
            return grey
        shrinks = abs(np.linalg.det(self.to_view[:2, :2])) < 0.6
        seen = cv2.warpPerspective(
            grey,
            self.to_view,
            (self.width, self.height),
            flags=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        pixels = np.asarray(seen, dtype=np.uint8)
        if not self.even:
            return pixels
        is_dark = screens and np.median(pixels[::8, ::8]) < DARK
        return evenly_lit(255 - pixels if is_dark else pixels)

    def back(self, left: float, top: float, right: float, bottom: float) -> Corners:
        """Corners of a box of the view in the page's pixels: top left, top right, bottom right, bottom left."""
        corners = np.array([[[left, top], [right, top], [right, bottom], [left, bottom]]], dtype=np.float64)
        placed = cv2.perspectiveTransform(corners, np.linalg.inv(self.to_view))[0]
        return tuple((float(x), float(y)) for x, y in placed)

    def turned(self, quarters: int) -> "View":
        """The same, turned clockwise."""
        matrix, width, height = self.to_view, self.width, self.height
        for _ in range(quarters % 4):
            matrix = np.array([[0, -1, height - 1], [1, 0, 0], [0, 0, 1]], dtype=np.float64) @ matrix
            width, height = height, width
        return View(matrix, width, height, self.even, self.sheet)

    @property
    def is_plain(self) -> bool:
        return bool(np.array_equal(self.to_view, np.eye(3)))


def plain(grey: Pixels) -> View:
    """As it is: for pages that a program drew."""
    height, width = grey.shape
    return View(np.eye(3), width, height, even=False)


def levelled(grey: Pixels) -> View:
    """For scans and photos: the sheet alone, if one is seen, as it lies; its light even, its size fit to read."""
    sheet = _sheet(grey)
    if sheet is None:
        return whole(grey)
    wide = max(math.dist(sheet[0], sheet[1]), math.dist(sheet[3], sheet[2]))
    high = max(math.dist(sheet[0], sheet[3]), math.dist(sheet[1], sheet[2]))
    scale = min(LONG_SIDE / max(wide, high), 2.0)
    width, height = round(wide * scale), round(high * scale)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(np.array(sheet, dtype=np.float32), target)
    return View(np.asarray(matrix, dtype=np.float64), width, height, even=True, sheet=tuple(sheet))


def whole(grey: Pixels) -> View:
    """All of it, its light even, its size fit to read."""
    height, width = grey.shape
    scale = min(LONG_SIDE / max(width, height), 2.0)
    return View(np.diag([scale, scale, 1.0]), round(width * scale), round(height * scale), even=True)


def without_sheet(seen: Pixels, frame: View, sheet: Corners) -> Pixels:
    """What lies around a sheet, in the view of the whole frame; the sheet itself is blank."""
    corners = cv2.perspectiveTransform(np.array([sheet], dtype=np.float64), frame.to_view)[0]
    around = seen.copy()
    cv2.fillPoly(around, [np.round(corners).astype(np.int32)], (255,))
    return around


def most_contrasted(page: Pixels) -> Pixels | None:
    """The channel of a coloured page that sets its coloured signs off best; None where grey does as well.

    Red on green of one brightness is plain to the eye, and nothing in grey.
    """
    if page.ndim == 2:
        return None
    sample = page[::2, ::2]
    coloured = (sample.max(axis=2).astype(np.int16) - sample.min(axis=2)) > _COLOURFUL
    if np.count_nonzero(coloured) < _LEAST_COLOUR * coloured.size:
        return None
    shade = cv2.cvtColor(sample, cv2.COLOR_RGB2GRAY)
    spread = [float(sample[..., channel][coloured].std()) for channel in range(3)]
    best = int(np.argmax(spread))
    if spread[best] <= _CLEARER * float(shade[coloured].std()):
        return None
    return np.ascontiguousarray(page[..., best])


def lighter_signs(seen: Pixels) -> Pixels | None:
    """What is lighter than the band on which it stands, as ink on paper; None where nothing is."""
    small = cv2.resize(seen, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    band = cv2.resize(cv2.medianBlur(small, 13), (seen.shape[1], seen.shape[0]), interpolation=cv2.INTER_LINEAR)
    lighter = cv2.subtract(seen, band)
    if np.count_nonzero(lighter > _LIGHTER) < _LEAST_LIGHTER * seen.size:
        return None
    return np.asarray(255 - cv2.convertScaleAbs(lighter, alpha=2.0), dtype=np.uint8)


def sharpened(seen: Pixels) -> Pixels:
    """Black or white by what is around each point: the edge of a shadow, or a pattern of lines, is no ink then."""
    soft = cv2.GaussianBlur(seen, (3, 3), 0)
    return np.asarray(
        cv2.adaptiveThreshold(soft, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, 41, 18), dtype=np.uint8
    )


def evenly_lit(grey: Pixels) -> Pixels:
    """The paper as white everywhere: what is printed is compared with the paper around it."""
    small = cv2.resize(grey, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((7, 7), np.uint8)), 15)
    paper = cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, np.maximum(paper, 40), scale=255), dtype=np.uint8)


def _sheet(grey: Pixels) -> Sequence[tuple[float, float]] | None:
    """Corners of the one bright sheet of four sides in a photo, from its top left on clockwise."""
    scale = _SMALL / max(grey.shape)
    if scale >= 1:
        return None
    small = cv2.GaussianBlur(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), (5, 5), 0)
    area = small.shape[0] * small.shape[1]
    _, bright = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    edges = cv2.dilate(cv2.Canny(small, 40, 120), np.ones((3, 3), np.uint8))
    for mask in (cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)), edges):
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:3]:
            hull = cv2.convexHull(contour)
            four = cv2.approxPolyDP(hull, 0.03 * cv2.arcLength(hull, closed=True), closed=True)
            share = cv2.contourArea(four) / area
            lies = (
                _LEAST_SHEET <= share <= _MOST_SHEET
                and _edges_met(np.asarray(four, dtype=np.int32), small.shape) < _EDGES
            )
            if len(four) == 4 and lies and cv2.isContourConvex(four):
                return _clockwise(four.reshape(4, 2) / scale)
    return None


def _edges_met(four: NDArray[np.int32], shape: tuple[int, ...]) -> int:
    """How many sides lie on an edge of the picture: those of a part of a page do, a sheet's on a table do not."""
    x, y = four.reshape(-1, 2).T
    near = 0.01 * max(shape)
    on = [x <= near, y <= near, x >= shape[1] - 1 - near, y >= shape[0] - 1 - near]
    return sum(int(np.count_nonzero(corners) >= 2) for corners in on)


def _clockwise(four: NDArray[np.float64]) -> Sequence[tuple[float, float]]:
    middle = four.mean(axis=0)
    around = sorted(four.tolist(), key=lambda point: math.atan2(point[1] - middle[1], point[0] - middle[0]))
    first = min(range(4), key=lambda i: around[i][0] + around[i][1])
    return [(around[(first + i) % 4][0], around[(first + i) % 4][1]) for i in range(4)]
