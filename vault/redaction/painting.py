"""Black on pixels, and pixels as pictures."""

from collections.abc import Iterable

import cv2
import numpy as np

from vault.redaction.readers import Pixels
from vault.rules.zones import Zone

_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 88, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
_COLOURFUL = 14  # levels between the channels of a pixel


BLACK, BLANK = 0, 255


def painted(page: Pixels, zones: Iterable[Zone], *, ink: int = BLACK) -> Pixels:
    """A copy in which every zone is black, or blank."""
    copy = page.copy()
    height, width = page.shape[:2]
    for zone in zones:
        corners = np.array([(x * width, y * height) for x, y in zone.polygon])
        # Whole pixels outwards from the middle: no row at the edge stays half grey.
        outwards = np.where(corners < corners.mean(axis=0), np.floor(corners), np.ceil(corners))
        cv2.fillPoly(copy, [outwards.astype(np.int32)], (ink, ink, ink))
    return copy


def grey(page: Pixels) -> Pixels:
    return page if page.ndim == 2 else np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def simplest(page: Pixels) -> Pixels:
    """Grey when it has no colour: a third of the bytes."""
    sample = page[::3, ::3].astype(np.int16)
    spread = sample.max(axis=2) - sample.min(axis=2)
    return grey(page) if np.count_nonzero(spread > _COLOURFUL) <= spread.size // 2000 else page


def encoded(page: Pixels, *, exact: bool) -> bytes:
    """As PNG (`exact`) or JPEG."""
    shown = page if page.ndim == 2 else cv2.cvtColor(page, cv2.COLOR_RGB2BGR)
    if exact:
        _, data = cv2.imencode(".png", shown, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    else:
        _, data = cv2.imencode(".jpg", shown, _JPEG)
    return bytes(data)


def decoded(data: bytes) -> Pixels:
    """What `encoded` gave, grey or RGB."""
    page = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED), dtype=np.uint8)
    if page.ndim == 2:
        return page
    return np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def shrunk(page: Pixels, long_side: int) -> Pixels:
    scale = long_side / max(page.shape[:2])
    if scale >= 1:
        return page
    return np.asarray(cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
