"""Cells and combs: ruled lines between digits are taken out, so that the digits can be read."""

import cv2
import numpy as np

from vault.redaction.readers import Pixels

_LONG_ACROSS, _LONG_DOWN, _TICK = 60, 42, 10
_LEAST_LINES = 5
_BAND = 14  # rows kept above and below a line
_INK_OFFSET = 20


def without_rules(seen: Pixels) -> Pixels | None:
    """The bands of a page that hold upright lines, without any line; None where there are too few."""
    found = cv2.adaptiveThreshold(seen, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 51, _INK_OFFSET)
    ink = np.asarray(found, dtype=np.uint8)
    across = _opened(ink, high=1, wide=_LONG_ACROSS)
    down = _opened(ink, high=_LONG_DOWN, wide=1) | _ticks(ink, across)
    count, _, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(down, np.ones((5, 1), np.uint8)), connectivity=8)
    narrow = [row for row in stats[1:] if row[cv2.CC_STAT_WIDTH] <= row[cv2.CC_STAT_HEIGHT] / 2]
    if count - 1 < _LEAST_LINES or len(narrow) < _LEAST_LINES:
        return None
    lines = cv2.dilate(across | down, np.ones((5, 5), np.uint8))
    bare = seen.copy()
    bare[lines > 0] = 255
    rows = np.zeros(seen.shape[0], dtype=bool)
    for row in narrow:
        top, high = row[cv2.CC_STAT_TOP], row[cv2.CC_STAT_HEIGHT]
        above = max(_BAND, high) if high < _LONG_DOWN else _BAND  # the digits of a comb stand above its ticks
        rows[max(0, top - above) : top + high + _BAND] = True
    bare[~rows] = 255
    return bare


def _ticks(ink: Pixels, across: Pixels) -> Pixels:
    """Short upright strokes that stand on a long line: the teeth of a comb."""
    beside = np.where(cv2.dilate(across, np.ones((3, 1), np.uint8)) > 0, 0, ink).astype(np.uint8)
    short = _opened(beside, high=_TICK, wide=1)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(short, connectivity=8)
    near = cv2.dilate(across, np.ones((9, 1), np.uint8)) > 0
    touching = np.zeros(count, dtype=bool)
    touching[np.unique(labels[near])] = True
    touching[0] = False
    touching &= stats[:, cv2.CC_STAT_WIDTH] <= 6
    return np.where(touching[labels], 255, 0).astype(np.uint8)


def _opened(ink: Pixels, *, high: int, wide: int) -> Pixels:
    """The strokes that are so long at least."""
    return np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((high, wide), np.uint8)), dtype=np.uint8)
