"""What to hide on a page: from the tokens that were read, the boxes that no longer may show."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vault.rules import blurred, detector
from vault.rules.detector import Seen
from vault.rules.tokens import Reading, Token, readings, rows_of, runs
from vault.rules.zones import Mark

SIDE_SIGNS, ABOVE = 0.5, 0.25
"""How much more is hidden: half a sign at both ends, a quarter of the height above and below."""

_SLANTS = 2.0  # heights of a sign: more from the first to the last is no level line

_MARKS = {Seen.NIR: Mark.NIR, Seen.KEY: Mark.KEY, Seen.CARD: Mark.CARD, Seen.CODE: Mark.CODE}
_DIGITS = re.compile(r"\D+")
_TWO_DIGITS = re.compile(r"\W*(\d\d)\W*")
_CORSICA = {"A": "19", "B": "18"}
_KEY_WITHIN = 4.0  # heights of the number: the lines above and below it


@dataclass(frozen=True, slots=True)
class Hidden:
    """A box to paint, in the tokens' unit."""

    left: float
    top: float
    right: float
    bottom: float
    kind: Mark
    certain: bool


def hidden_among(tokens: Sequence[Token], *, words: bool) -> list[Hidden]:
    """All orders are looked at. `words`: tokens are words that a machine read, perhaps wrongly; else exact signs."""
    found: dict[int, tuple[Mark, bool]] = {}
    boxes: list[Hidden] = []
    pairs = _pairs(tokens)
    for reading in readings(tokens, words=words):
        for places, kind, certain in _hits(reading, words=words):
            if all(place in found and (found[place][1] or not certain) for place in places):
                continue
            found.update(dict.fromkeys(places, (kind, certain)))
            boxes += _boxes(tokens, places, kind=kind, certain=certain)
            if kind is Mark.NIR:
                boxes += _key_of(tokens, places, pairs=pairs, certain=certain)
    return boxes


def _hits(reading: Reading, *, words: bool) -> Iterator[tuple[list[int], Mark, bool]]:
    for hit in detector.find(reading.text):
        yield reading.tokens_in(hit.start, hit.end), _MARKS[hit.kind], hit.certain
    if words:
        for start, end in blurred.find(reading.text):
            yield reading.tokens_in(start, end), Mark.NIR, False


def _boxes(tokens: Sequence[Token], places: Sequence[int], *, kind: Mark, certain: bool) -> Iterator[Hidden]:
    for run in runs(tokens, places):
        those = [tokens[place] for place in run]
        spread = max(token.bottom for token in those) - min(token.top for token in those)
        if spread > _SLANTS * max(token.height for token in those):
            for token in those:  # one box around a slanting line would hide what stands above and below it
                yield _around([token], kind=kind, certain=certain)
        else:
            yield _around(those, kind=kind, certain=certain)


def _around(those: Sequence[Token], *, kind: Mark, certain: bool) -> Hidden:
    side = max(_side(token) for token in those)
    above = max(_above(token) for token in those)
    return Hidden(
        left=min(token.left for token in those) - side,
        top=min(token.top for token in those) - above,
        right=max(token.right for token in those) + side,
        bottom=max(token.bottom for token in those) + above,
        kind=kind,
        certain=certain,
    )


def _side(token: Token) -> float:
    return ABOVE * (token.right - token.left) if token.is_upright else SIDE_SIGNS * token.sign_width


def _above(token: Token) -> float:
    return SIDE_SIGNS * token.height / len(token.text) if token.is_upright else ABOVE * token.height


def _key_of(
    tokens: Sequence[Token], places: Sequence[int], *, pairs: Sequence[tuple[str, list[int]]], certain: bool
) -> Iterator[Hidden]:
    """The key of a number of thirteen digits, wherever it stands near it: on its line, or on one beside it."""
    key = _key("".join(tokens[place].text for place in places))
    if key is None:
        return
    number = [tokens[place] for place in places]
    top, bottom = min(token.top for token in number), max(token.bottom for token in number)
    reach = _KEY_WITHIN * max(token.height for token in number)
    own = set(places)
    for digits, word in pairs:
        near = top - reach <= tokens[word[0]].middle <= bottom + reach
        if digits == key and near and own.isdisjoint(word):
            yield from _boxes(tokens, word, kind=Mark.KEY, certain=certain)


def _pairs(tokens: Sequence[Token]) -> list[tuple[str, list[int]]]:
    """Words of two digits, whatever stands around them."""
    words = [word for row in rows_of(tokens) for word in _words(tokens, row)]
    said = [(_TWO_DIGITS.fullmatch("".join(tokens[place].text for place in word)), word) for word in words]
    return [(found[1], word) for found, word in said if found]


def _words(tokens: Sequence[Token], row: Sequence[int]) -> Iterator[list[int]]:
    word: list[int] = []
    for place in row:
        if word and tokens[place].left - tokens[word[-1]].right > SIDE_SIGNS * tokens[place].sign_width:
            yield word
            word = []
        word.append(place)
    if word:
        yield word


def _key(text: str) -> str | None:
    """Of thirteen digits, Corsica's letters among them: 97 minus the rest by 97. None for anything else."""
    signs = re.sub(r"[^\dAB]", "", text.upper())
    number = re.sub(r"^(\d{5}2)?([AB])", lambda found: (found[1] or "")[:5] + _CORSICA[found[2]], signs)
    if len(signs) != len(_DIGITS.sub("", number)) or len(number) != 13:
        return None
    return f"{97 - int(number) % 97:02}"
