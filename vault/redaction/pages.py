"""One page: what is found on it by every reader, hidden, and looked for again until nothing is seen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from vault.box.frames import Page
from vault.redaction import readers
from vault.redaction.painting import BLANK, grey, painted, shrunk
from vault.redaction.paper import Word
from vault.redaction.readers import Pixels
from vault.redaction.rulings import without_rules
from vault.redaction.views import View, levelled, plain
from vault.rules.hiding import Hidden, hidden_among
from vault.rules.refusals import Code, Refused
from vault.rules.tokens import Token
from vault.rules.zones import Mark, Point, Zone

ROUNDS = 3
_CODES_SIDE = 3000  # pixels: enough for the smallest square of a barcode on a sheet
_SURE = 0.6
_GOOD_WORDS, _GOOD_SHARE, _FEW_SHARE = 5, 0.55, 0.3
_UPRIGHT_SHARE = 0.75
_LEFT_OVER = 9  # signs that no word accounts for
_INK, _PAPER = 0.002, 225  # what is darker than paper, as a share of the page: less is an empty one


@dataclass(slots=True)
class Look:
    """What was seen at once: `words` for the sealed text, `zones` to hide; how it was looked at, to look so again."""

    view: View
    words: list[Word] = field(default_factory=list)
    zones: list[Zone] = field(default_factory=list)
    legible: bool = True


def cleaned(
    pixels: Pixels, number: int, *, drawn: bool, zones: Sequence[Zone], but: Sequence[Zone] = (), fresh: bool = True
) -> tuple[list[Zone], list[Word]]:
    """All zones to hide on a page, those given among them, and the words that are read once they are black.

    Each round looks at the page as it would be kept, but blank where it will be black: what is left of a number beside
    a black box would be taken for a part of the box. `but`: zones that a person chose to show; what is uncertain in
    them is no finding. `fresh`: nobody saw this page yet, so it has to be legible. Raises Refused: illegible, too slow,
    or still not clean after ROUNDS.
    """
    found = list(zones)
    view: View | None = None
    for _ in range(ROUNDS + 1):
        look = looked_at(painted(pixels, found, ink=BLANK), number, drawn=drawn, view=view)
        if fresh and not look.legible:
            raise Refused(Code.UNREADABLE)
        view = look.view
        new = [zone for zone in look.zones if zone.certain or not any(_overlap(zone, one) for one in but)]
        if not new:
            return found, look.words
        found += new
    raise Refused(Code.TO_REVIEW)


def from_glyphs(page: Page, number: int) -> list[Zone]:
    """What the text of a PDF says, shown or not."""
    tokens = [
        Token(one.sign, one.left * page.width, one.top * page.height, one.right * page.width, one.bottom * page.height)
        for one in page.glyphs
    ]
    view = View(np.eye(3), page.width, page.height, even=False)
    hidden = hidden_among(tokens, words=False)
    return [_zone(one, view, number, width=page.width, height=page.height) for one in hidden]


def looked_at(pixels: Pixels, number: int, *, drawn: bool, view: View | None = None) -> Look:
    """Barcodes, then words: as the page lies, turned if that reads better, then what these words left over.

    `view`: that of the first look. Black does not turn a page, nor does it bring out turned lines.
    """
    shade = grey(pixels)
    height, width = shade.shape
    again = view is not None
    view, words = _read(shade, view or (plain(shade) if drawn else levelled(shade)), turning=not again)
    look = Look(view, legible=again or drawn or _is_legible(words, view.of(shade)))
    small = shrunk(shade, _CODES_SIDE)
    for code in readers.barcodes_of(small):
        if not code.clean:
            corners = _fractions(code.corners, width=small.shape[1], height=small.shape[0])
            look.zones.append(Zone(number, corners, Mark.BARCODE, certain=False))
    _take(look, words, view, number, width=width, height=height)
    rest = _rest(view.of(shade), words)
    bands = without_rules(rest)
    if bands is not None:
        _hide(look, readers.words_of(bands, layout=readers.SPARSE), view, number, width=width, height=height)
    for other, more in _left_over(rest, view, quarters=(0,) if again else (0, 1, 3)):
        take = _take if other is view else _hide
        take(look, more, other, number, width=width, height=height)
    return look


def _read(shade: Pixels, view: View, *, turning: bool) -> tuple[View, list[Token]]:
    """The view, turned to where most words are read, and its words."""
    seen = view.of(shade)
    words = readers.words_of(seen)
    if not turning or (_score(words) >= _enough(seen) and _share(words) >= _UPRIGHT_SHARE):
        return view, words
    best, most = 0, _score(words)
    half = cv2.resize(seen, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    for quarters in (1, 3, 2):
        turned = np.asarray(np.rot90(half, -quarters), dtype=np.uint8)
        score = _score(readers.words_of(turned))
        if score > 1.2 * most + 10:
            best, most = quarters, score
    if not best:
        return view, words
    upright = view.turned(best)
    return upright, readers.words_of(upright.of(shade))


def _score(words: Iterable[Token]) -> float:
    return sum(len(word.text) * word.sure for word in words if _is_word(word))


def _is_word(word: Token) -> bool:
    """Surely read, and lying: Tesseract reads turned lines too, but gives them no places to rely on."""
    return word.sure >= _SURE and sum(sign.isalnum() for sign in word.text) >= 3 and not word.is_upright


def _share(words: Iterable[Token]) -> float:
    """How many of the longer words were surely read."""
    long = [word for word in words if sum(sign.isalnum() for sign in word.text) >= 3]
    return sum(map(_is_word, long)) / len(long) if long else 0.0


def _enough(seen: Pixels) -> float:
    """Signs that such an amount of ink should give, at least."""
    ink = np.count_nonzero(seen < 110)
    return min(150.0, ink / 900)


def _is_legible(words: Sequence[Token], seen: Pixels) -> bool:
    """Enough words, and most of them read surely; or nothing is written there at all."""
    if _share(words) >= _GOOD_SHARE:
        many = sum(map(_is_word, words)) >= _GOOD_WORDS
        return many or _score(words) >= _FEW_SHARE * _enough(seen)
    said = any(sum(sign.isalnum() for sign in word.text) >= 2 for word in words)
    # Averaged, so that the grain of a scan is no ink, and ink that is out of focus is.
    return not said and bool(np.count_nonzero(cv2.blur(seen, (9, 9)) < _PAPER) < _INK * seen.size)


def _rest(seen: Pixels, words: Iterable[Token]) -> Pixels:
    """The page without the words that were surely read."""
    rest = seen.copy()
    for word in words:
        if word.sure >= _SURE:
            rest[max(0, int(word.top)) : int(word.bottom) + 1, max(0, int(word.left)) : int(word.right) + 1] = 255
    return rest


def _left_over(rest: Pixels, view: View, *, quarters: Iterable[int]) -> Iterable[tuple[View, list[Token]]]:
    """What stands apart, or turned."""
    if _signs_in(rest) < _LEFT_OVER:
        return
    for turns in quarters:
        turned = view.turned(turns) if turns else view
        seen = np.asarray(np.rot90(rest, -turns), dtype=np.uint8)
        yield turned, [word for word in readers.words_of(seen, layout=readers.SPARSE) if word.sure > 0.2]


def _signs_in(rest: Pixels) -> int:
    """How many spots of ink have the size of a sign."""
    ink = cv2.adaptiveThreshold(rest, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 25)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    wide, high, area = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_AREA]
    longest, shortest = np.maximum(wide, high), np.minimum(wide, high)
    filled = area / np.maximum(1, wide * high)
    return int(np.count_nonzero((longest >= 9) & (longest <= 90) & (shortest >= 2) & (filled > 0.12) & (filled < 0.98)))


def _take(look: Look, words: Sequence[Token], view: View, number: int, *, width: int, height: int) -> None:
    """Words of the page as it lies: to be hidden where they have to be, and kept as its text."""
    _hide(look, words, view, number, width=width, height=height)
    for word in words:
        corners = view.back(word.left, word.top, word.right, word.bottom)
        placed = _fractions(corners, width=width, height=height, within=False)
        look.words.append(Word(word.text, (placed[0], placed[1], placed[2], placed[3])))


def _hide(look: Look, words: Sequence[Token], view: View, number: int, *, width: int, height: int) -> None:
    for hidden in hidden_among(words, words=True):
        look.zones.append(_zone(hidden, view, number, width=width, height=height))


def _zone(hidden: Hidden, view: View, number: int, *, width: int, height: int) -> Zone:
    corners = view.back(hidden.left, hidden.top, hidden.right, hidden.bottom)
    return Zone(number, _fractions(corners, width=width, height=height), hidden.kind, hidden.certain)


def _fractions(
    corners: Iterable[tuple[float, float]], *, width: int, height: int, within: bool = True
) -> tuple[Point, ...]:
    placed = ((x / width, y / height) for x, y in corners)
    if not within:
        return tuple(placed)
    # As they are carried from one process to another: both paint the same pixels.
    return tuple((round(min(1.0, max(0.0, x)), 5), round(min(1.0, max(0.0, y)), 5)) for x, y in placed)


def _overlap(one: Zone, other: Zone) -> bool:
    (left, top, right, bottom), (west, north, east, south) = _around(one), _around(other)
    return left < east and west < right and top < south and north < bottom


def _around(zone: Zone) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in zone.polygon], [y for _, y in zone.polygon]
    return min(xs), min(ys), max(xs), max(ys)
