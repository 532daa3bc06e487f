"""Black on pixels, and pixels as pictures."""

from collections.abc import Iterable

import cv2
import numpy as np

from vault.redaction.readers import Pixels
from vault.rules.zones import Zone

_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 88, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
_COLOURFUL = 14  # levels between the channels of a pixel


_BLACK, _WHITE = 0, 255
DARK = 90  # a level of grey: below it light signs stand on a dark ground
_RIM = 6  # pixels around a place


def painted(page: Pixels, zones: Iterable[Zone]) -> Pixels:
    """A copy in which every zone is black."""
    copy = page.copy()
    for zone in zones:
        _fill(copy, zone, _BLACK)
    return copy


def blanked(page: Pixels, zones: Iterable[Zone]) -> Pixels:
    """A copy in which every zone is blank: white, or as dark as what is around it, where white would be ink."""
    copy = page.copy()
    for zone in zones:
        _fill(copy, zone, _ground(page, zone))
    return copy


def _fill(copy: Pixels, zone: Zone, level: int) -> None:
    height, width = copy.shape[:2]
    corners = np.array([(x * width, y * height) for x, y in zone.polygon])
    # Whole pixels outwards from the middle: no row at the edge stays half grey.
    outwards = np.where(corners < corners.mean(axis=0), np.floor(corners), np.ceil(corners))
    cv2.fillPoly(copy, [outwards.astype(np.int32)], (level, level, level))


def _ground(page: Pixels, zone: Zone) -> int:
    height, width = page.shape[:2]
    x, y = np.array(zone.polygon).T
    left, right = max(0, int(x.min() * width) - _RIM), int(x.max() * width) + _RIM
    top, bottom = max(0, int(y.min() * height) - _RIM), int(y.max() * height) + _RIM
    around = grey(page[top:bottom, left:right])
    rim = np.concatenate(
        [around[:_RIM].ravel(), around[-_RIM:].ravel(), around[:, :_RIM].ravel(), around[:, -_RIM:].ravel()]
    )
    level = int(np.median(rim)) if rim.size else _WHITE
    return level if level < DARK else _WHITE


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
