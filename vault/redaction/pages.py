"""One page: what is found on it by every reader, hidden, and looked for again until nothing is seen."""

import time
from collections.abc import Sequence

import numpy as np

from vault.box.frames import Box, Page
from vault.redaction.looking import Look, looked_at, zone_of
from vault.redaction.painting import blanked
from vault.redaction.paper import Word
from vault.redaction.readers import Pixels
from vault.redaction.views import View
from vault.rules.hiding import hidden_among
from vault.rules.refusals import Code, Refused
from vault.rules.tokens import Token
from vault.rules.zones import Point, Zone

ROUNDS = 3
MAX_ZONES = 300  # on a page: more are no document, and would take for ever
MOST_SECONDS = 30.0  # of the processor before a round begins: the slowest photo seen takes ten for all of them
_MUCH = 0.12  # of a page: so large a picture on it has to be legible as a scan has


def cleaned(
    pixels: Pixels,
    number: int,
    *,
    drawn: bool,
    zones: Sequence[Zone],
    pictures: Sequence[Box] = (),
    but: Sequence[Zone] = (),
    fresh: bool = True,
) -> tuple[list[Zone], list[Word]]:
    """All zones to hide on a page, those given among them, and the words that are read once they are black.

    Each round looks at the page as it would be kept, but blank where it will be black: what is left of a number beside
    a black box would be taken for a part of the box. `pictures`: boxes of those on a drawn page, each looked at as a
    photo is. `but`: zones that a person chose to show; what is uncertain in them is no finding. `fresh`: nobody saw
    this page yet, so it has to be legible. Raises Refused: illegible, too slow, or still not clean after ROUNDS.
    """
    found = list(zones)
    looks: list[Look] = []
    began = time.process_time()
    for _ in range(ROUNDS + 1):
        if len(found) > MAX_ZONES:
            raise Refused(Code.TO_REVIEW)
        if time.process_time() - began > MOST_SECONDS:
            raise Refused(Code.TOO_LONG)
        looks = _looks(blanked(pixels, found), number, drawn=drawn, pictures=pictures, before=looks)
        if fresh and not all(look.legible for look in looks):
            raise Refused(Code.UNREADABLE)
        seen = [zone for look in looks for zone in look.zones]
        new = [zone for zone in seen if zone.certain or not any(_overlap(zone, one) for one in but)]
        if not new:
            return found, looks[0].words
        found += _fewest(new)
    raise Refused(Code.TO_REVIEW)


def _fewest(new: Sequence[Zone]) -> list[Zone]:
    """Without what is uncertain over what is certain: what it held beside is seen in the next round."""
    certain = [zone for zone in new if zone.certain]
    return [zone for zone in new if zone.certain or not any(_overlap(zone, one) for one in certain)]


def _looks(pixels: Pixels, number: int, *, drawn: bool, pictures: Sequence[Box], before: Sequence[Look]) -> list[Look]:
    """Of the page, then of each picture on it."""
    height, width = pixels.shape[:2]
    former: list[Look | None] = [*before] or [None] * (1 + len(pictures))
    looks = [looked_at(pixels, number, drawn=drawn, before=former[0])]
    for box, last in zip(pictures, former[1:], strict=True):
        left, top = int(box[0] * width), int(box[1] * height)
        part = pixels[top : int(box[3] * height) + 1, left : int(box[2] * width) + 1]
        if min(part.shape[:2]) < 20:
            looks.append(Look(looks[0].view))
            continue
        look = looked_at(np.ascontiguousarray(part), number, drawn=False, before=last)
        look.legible = look.legible or (box[2] - box[0]) * (box[3] - box[1]) < _MUCH
        look.zones = [_moved(zone, left=left, top=top, part=part, width=width, height=height) for zone in look.zones]
        looks.append(look)
    return looks


def _moved(zone: Zone, *, left: int, top: int, part: Pixels, width: int, height: int) -> Zone:
    """From a part of the page to the page."""
    high, wide = part.shape[:2]
    placed: list[Point] = [
        (round((left + x * wide) / width, 5), round((top + y * high) / height, 5)) for x, y in zone.polygon
    ]
    return Zone(zone.page, tuple(placed), zone.kind, zone.certain)


def from_glyphs(page: Page, number: int) -> list[Zone]:
    """What the text of a PDF says, shown or not."""
    tokens = [
        Token(one.sign, one.left * page.width, one.top * page.height, one.right * page.width, one.bottom * page.height)
        for one in page.glyphs
    ]
    view = View(np.eye(3), page.width, page.height, even=False)
    hidden = hidden_among(tokens, words=False)
    return [zone_of(one, view, number, width=page.width, height=page.height) for one in hidden]


def _overlap(one: Zone, other: Zone) -> bool:
    (left, top, right, bottom), (west, north, east, south) = _around(one), _around(other)
    return left < east and west < right and top < south and north < bottom


def _around(zone: Zone) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in zone.polygon], [y for _, y in zone.polygon]
    return min(xs), min(ys), max(xs), max(ys)
