"""One look at pixels: barcodes, words in each direction, what stands in cells, in colour, and around a sheet."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from vault.redaction import readers
from vault.redaction.painting import grey, shrunk
from vault.redaction.paper import Word
from vault.redaction.readers import Pixels
from vault.redaction.rulings import without_rules
from vault.redaction.signs import is_inked, line_like, sign_count, tilted_lines
from vault.redaction.views import (
    View,
    levelled,
    lighter_signs,
    most_contrasted,
    plain,
    sharpened,
    whole,
    without_sheet,
)
from vault.rules.announced import announced_among, holds_digits
from vault.rules.hiding import Hidden, hidden_among
from vault.rules.tokens import Token
from vault.rules.zones import Mark, Point, Zone

_CODES_SIDE = 3000  # pixels: enough for the smallest square of a barcode on a sheet
_SURE = 0.6
_GOOD_WORDS, _GOOD_SHARE, _FEW_SHARE = 5, 0.55, 0.3
_UPRIGHT_SHARE = 0.75
_LEFT_OVER = 9  # signs that no word accounts for
_UNREAD = 5  # signs behind the words that announce a number
_INK, _PAPER = 0.002, 225  # what is darker than paper, as a share of the page: less is an empty one
_TURNS, _ALL_TURNS = (0, 1, 3), (0, 1, 2, 3)


@dataclass(slots=True)
class Look:
    """What was seen at once: `words` for the sealed text, `zones` to hide; how it was looked at, to look so again.

    `around`: the directions in which something was found beside the sheet; `tilted`: the views of lines that slant;
    `prepared`: the ways of preparing the pixels that brought something out. Later rounds look in these alone.
    """

    view: View
    words: list[Word] = field(default_factory=list)
    zones: list[Zone] = field(default_factory=list)
    legible: bool = True
    around: tuple[int, ...] = ()
    tilted: tuple[View, ...] = ()
    prepared: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Frame:
    """The page that is looked at."""

    number: int
    width: int
    height: int


def looked_at(pixels: Pixels, number: int, *, drawn: bool, before: Look | None = None) -> Look:
    """As the page lies, turned if that reads better; then what the words left over.

    `before`: the look of the round before. Black does not turn a page, nor does it bring out turned lines.
    """
    shade = grey(pixels)
    frame = _Frame(number, width=shade.shape[1], height=shade.shape[0])
    start = before.view if before else plain(shade) if drawn else levelled(shade)
    view, words = _read(shade, start, turning=before is None)
    seen = view.of(shade)
    look = Look(view, legible=before is not None or drawn or _is_legible(words, seen))
    _hide_codes(look, shade, frame)
    _take(look, words, view, frame)
    rest = _rest(seen, words)
    _hide_announced(look, words, rest, view, frame)
    lines = rest if drawn else line_like(rest)  # the grain of paper takes long to read as words
    for turned, more in _left_over(lines, view, turns=(0,) if before else _TURNS if drawn else _ALL_TURNS):
        (_take if turned is view else _hide)(look, more, turned, frame)
    for name, prepare in _preparations(pixels, seen, rest, words, view, drawn=drawn).items():
        prepared = prepare() if before is None or name in before.prepared else None
        if prepared is not None:
            found = len(look.zones)
            _hide(look, readers.words_of(prepared, layout=readers.SPARSE), view, frame)
            look.prepared |= {name} if len(look.zones) > found else set()
    for tilted in tilted_lines(rest, view) if before is None else before.tilted:
        more = readers.words_of(tilted.of(shade), layout=readers.SPARSE)
        found = len(look.zones)
        _hide(look, more, tilted, frame)
        look.tilted += (tilted,) if len(look.zones) > found else ()
    if view.sheet:
        _look_around(look, shade, frame, turns=before.around if before else _ALL_TURNS)
    return look


def _preparations(
    pixels: Pixels, seen: Pixels, rest: Pixels, words: Sequence[Token], view: View, *, drawn: bool
) -> dict[str, Callable[[], Pixels | None]]:
    """Ways to bring out what grey and even light do not show, of the page without the words that were surely read."""

    def lighter() -> Pixels | None:
        found = lighter_signs(seen)
        return None if found is None else _rest(found, words)

    def coloured() -> Pixels | None:
        found = most_contrasted(pixels)
        return None if found is None else _rest(view.of(found), words)

    def sharp() -> Pixels | None:
        return None if drawn else line_like(_rest(sharpened(seen), words))

    return {"bands": lambda: without_rules(rest), "lighter": lighter, "sharpened": sharp, "coloured": coloured}


def zone_of(hidden: Hidden, view: View, number: int, *, width: int, height: int) -> Zone:
    corners = view.back(hidden.left, hidden.top, hidden.right, hidden.bottom)
    return Zone(number, _fractions(corners, width=width, height=height), hidden.kind, hidden.certain)


def _hide_codes(look: Look, shade: Pixels, frame: _Frame) -> None:
    small = shrunk(shade, _CODES_SIDE)
    for code in readers.barcodes_of(small):
        if not code.clean:
            corners = _fractions(code.corners, width=small.shape[1], height=small.shape[0])
            look.zones.append(Zone(frame.number, corners, Mark.BARCODE, certain=code.certain))


def _look_around(look: Look, shade: Pixels, frame: _Frame, *, turns: Sequence[int]) -> None:
    """What lies beside the sheet, or was taken for the table on which it lies."""
    if not turns:
        return
    wide = whole(shade)
    around = line_like(without_sheet(wide.of(shade, screens=False), wide, look.view.sheet))
    hit = []
    for turn, (view, words) in zip(turns, _left_over(around, wide, turns=turns), strict=False):
        before = len(look.zones)
        _hide(look, words, view, frame)
        if len(look.zones) > before:
            hit.append(turn)
    look.around = tuple(hit)


def _read(shade: Pixels, view: View, *, turning: bool) -> tuple[View, list[Token]]:
    """The view, turned to where most words are read, and its words. A sheet on which less is read is none."""
    words = readers.words_of(view.of(shade))
    if not turning or _is_good(words, view.of(shade)):
        return view, words
    found = _turned(shade, view, words)
    if view.sheet and not _is_good(found[1], found[0].of(shade)):
        wide = whole(shade)
        other = _turned(shade, wide, readers.words_of(wide.of(shade)))
        return max(found, other, key=lambda one: _score(one[1]))
    return found


def _turned(shade: Pixels, view: View, words: list[Token]) -> tuple[View, list[Token]]:
    best, most = 0, _score(words)
    half = cv2.resize(view.of(shade), None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    for quarters in (1, 3, 2):
        turned = np.asarray(np.rot90(half, -quarters), dtype=np.uint8)
        score = _score(readers.words_of(turned))
        if score > 1.2 * most + 10:
            best, most = quarters, score
    if not best:
        return view, words
    upright = view.turned(best)
    return upright, readers.words_of(upright.of(shade))


def _is_good(words: Sequence[Token], seen: Pixels) -> bool:
    return _score(words) >= max(1.0, _enough(seen)) and _share(words) >= _UPRIGHT_SHARE


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


def _left_over(rest: Pixels, view: View, *, turns: Iterable[int]) -> Iterable[tuple[View, list[Token]]]:
    """What stands apart, or turned."""
    if sign_count(rest) < _LEFT_OVER:
        return
    for turn in turns:
        turned = view.turned(turn) if turn else view
        seen = np.asarray(np.rot90(rest, -turn), dtype=np.uint8)
        yield turned, [word for word in readers.words_of(seen, layout=readers.SPARSE) if word.sure > 0.2]


def _take(look: Look, words: Sequence[Token], view: View, frame: _Frame) -> None:
    """Words of the page as it lies: to be hidden where they have to be, and kept as its text."""
    _hide(look, words, view, frame)
    for word in words:
        corners = view.back(word.left, word.top, word.right, word.bottom)
        placed = [(x / frame.width, y / frame.height) for x, y in corners]
        look.words.append(Word(word.text, (placed[0], placed[1], placed[2], placed[3])))


def _hide(look: Look, words: Sequence[Token], view: View, frame: _Frame) -> None:
    hidden = hidden_among(words, words=True)
    look.zones += [zone_of(one, view, frame.number, width=frame.width, height=frame.height) for one in hidden]


def _hide_announced(look: Look, words: Sequence[Token], rest: Pixels, view: View, frame: _Frame) -> None:
    """A number that is announced and cannot be read may be one all the same: written by hand, or out of focus."""
    for bands in announced_among(words, width=view.width):
        for hidden in bands:
            if _holds_ink(rest, hidden) or holds_digits(words, hidden):
                look.zones.append(zone_of(hidden, view, frame.number, width=frame.width, height=frame.height))
                break  # what stands beside the words is the number; the line below is another matter


def _holds_ink(rest: Pixels, hidden: Hidden) -> bool:
    left, top, right, bottom = (max(0, int(side)) for side in (hidden.left, hidden.top, hidden.right, hidden.bottom))
    band = rest[top:bottom, left:right]
    # Below the last line of a page there is no band at all.
    return band.size > 0 and (sign_count(band) >= _UNREAD or is_inked(band))


def _fractions(corners: Iterable[tuple[float, float]], *, width: int, height: int) -> tuple[Point, ...]:
    """As they are carried from one process to another: both paint the same pixels."""
    placed = ((x / width, y / height) for x, y in corners)
    return tuple((round(min(1.0, max(0.0, x)), 5), round(min(1.0, max(0.0, y)), 5)) for x, y in placed)
