"""Spots of ink that have the size of signs, and the lines in which they stand."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from vault.redaction.readers import Pixels
from vault.redaction.views import View

_MOST_LINES = 8
_LEAST_SIGNS = 5
_LEVEL = 4.0  # degrees that Tesseract reads by itself
_MARGIN = 12
_INK = 140


def sign_count(seen: Pixels) -> int:
    """How many spots of ink have the size of a sign."""
    if min(seen.shape) < 3:
        return 0
    return len(_signs(seen)[1])


def is_inked(band: Pixels) -> bool:
    """Does a band hold as much ink as a number's signs would? A scribble or a stamp over them has no signs."""
    line = band.shape[0] / 2.4  # a band is so many lines high
    return bool(np.count_nonzero(band < _INK) >= line * line)


def line_like(seen: Pixels) -> Pixels:
    """The page with what stands in lines alone: the grain of a table is no text, and takes long to read as such."""
    labels, signs = _signs(seen)
    kept = np.zeros(seen.shape, np.uint8)
    for rows in _lines(labels, signs, across=True), _lines(labels, signs, across=False):
        for left, top, right, bottom in rows:
            kept[top:bottom, left:right] = 255
    return np.where(kept > 0, seen, 255).astype(np.uint8)


def tilted_lines(rest: Pixels, view: View) -> Iterator[View]:
    """Views in which a slanting line of signs lies level: stamps, stickers, watermarks. Each in both directions."""
    labels, signs = _signs(rest)
    mask = np.where(np.isin(labels, signs[:, 5]), 255, 0).astype(np.uint8) if len(signs) else None
    if mask is None:
        return
    size = int(np.median(np.maximum(signs[:, 2], signs[:, 3])))
    joined = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size + 8, size + 8)))
    count, blobs, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    order = sorted(range(1, count), key=lambda one: int(stats[one, cv2.CC_STAT_AREA]), reverse=True)
    found = 0
    for blob in order[: 4 * _MOST_LINES]:
        if found >= _MOST_LINES:
            return
        points = cv2.findNonZero(np.where(blobs == blob, mask, 0).astype(np.uint8))
        level = _levelling(np.asarray(points, dtype=np.int32), size=size)
        if level is not None:
            found += 1
            matrix, width, height = level
            line = View(matrix @ view.to_view, width, height, even=view.even)
            yield line
            yield line.turned(2)


def _levelling(points: NDArray[np.int32], *, size: int) -> tuple[NDArray[np.float64], int, int] | None:
    """How to turn a long blob so that it lies level; None when it does already, or is no line."""
    (x, y), (wide, high), angle = cv2.minAreaRect(points)
    if wide < high:
        wide, high, angle = high, wide, angle + 90
    angle = (angle + 90) % 180 - 90
    off = min(abs(angle), abs(abs(angle) - 90))
    if wide < 4 * size or wide < 2 * high or off < _LEVEL:
        return None
    width, height = round(wide) + 2 * _MARGIN + size, round(high) + 2 * _MARGIN + size
    turn = cv2.getRotationMatrix2D((x, y), angle, 1.0)
    turn[:, 2] += np.array([width / 2 - x, height / 2 - y])
    return np.vstack([turn, [0, 0, 1]]), width, height


def _signs(seen: Pixels) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Labels of all spots; of those that have the size of a sign: left, top, width, height, area, label."""
    ink = cv2.adaptiveThreshold(seen, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 75, 25)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    named = np.column_stack([stats[1:], np.arange(1, len(stats))])
    wide, high, area = named[:, 2], named[:, 3], named[:, 4]
    longest, shortest = np.maximum(wide, high), np.minimum(wide, high)
    filled = area / np.maximum(1, wide * high)
    fit = (longest >= 9) & (longest <= 90) & (shortest >= 2) & (filled > 0.12) & (filled < 0.98)
    return np.asarray(labels, dtype=np.int32), np.asarray(named[fit], dtype=np.int32)


def _lines(labels: NDArray[np.int32], signs: NDArray[np.int32], *, across: bool) -> Iterator[tuple[int, int, int, int]]:
    """Boxes of rows (or columns) in which enough signs of one size stand close to each other."""
    if not len(signs):
        return
    large = signs[np.maximum(signs[:, 2], signs[:, 3]) >= 12]
    mask = np.where(np.isin(labels, large[:, 5]), 255, 0).astype(np.uint8) if len(large) else None
    if mask is None:
        return
    joined = cv2.dilate(mask, np.ones((3, 29) if across else (29, 3), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    middles = (large[:, 0] + large[:, 2] // 2, large[:, 1] + large[:, 3] // 2)
    for left, top, wide, high, _ in stats[1:count]:
        long, short = (wide, high) if across else (high, wide)
        if long < 3 * short or not 12 <= short <= 90:
            continue
        inside = (middles[0] >= left) & (middles[0] < left + wide) & (middles[1] >= top) & (middles[1] < top + high)
        if np.count_nonzero(inside) >= _LEAST_SIGNS:
            yield max(0, left - 8), max(0, top - 8), left + wide + 8, top + high + 8
