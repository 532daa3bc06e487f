"""Places in which a number is announced: right behind the words that name it, or on the line below."""

import re
from collections.abc import Iterator, Sequence

from vault.rules.hiding import Hidden
from vault.rules.tokens import Token, rows_of
from vault.rules.zones import Mark

# A reader loses accents, and what bears them.
_NAMED = re.compile(
    r"s\W?[eé]?\W?curit\W?[eé]?\W{0,2}sociale|\bn[i1l]r\b|immatriculation|\bn\W{0,3}s\W?s\b|\bn\W{0,3}(?:de\s+)?s\W?[eé]?cu\b",
    re.IGNORECASE,
)
_JOINING = frozenset(
    {":", "de", "du", "la", "l'assuré", "l’assuré", "l'assuré(e)", "l’assuré(e)", "=", "n°", "no", "est"}
)
_DIGITS = 6
_BESIDE, _BELOW = 0.7, 2.4  # heights of the line


def announced_among(tokens: Sequence[Token], *, width: float) -> Iterator[list[Hidden]]:
    """For each of these words the band behind it, up to the next word in letters, and the one below a line's end."""
    for row in rows_of(tokens):
        text, ends = "", []
        for place in row:
            text += tokens[place].text + " "
            ends.append(len(text))
        for found in _NAMED.finditer(text):
            bands = _bands([tokens[place] for place in row], ends, found.end(), width=width)
            yield [one for one in bands if not any(_is_letters(token) and _lies_in(token, one) for token in tokens)]


def holds_digits(tokens: Sequence[Token], band: Hidden) -> bool:
    """Were six digits read there, as they may be of a number that was read wrongly?"""
    text = "".join(token.text for token in tokens if _lies_in(token, band))
    return sum(sign.isdecimal() for sign in text) >= _DIGITS


def _bands(row: Sequence[Token], ends: Sequence[int], end: int, *, width: float) -> Iterator[Hidden]:
    last = next(at for at, reached in enumerate(ends) if reached >= end)
    while last + 1 < len(row) and row[last + 1].text.lower().strip(":") in {*_JOINING, ""}:
        last += 1
    following = next((token.left for token in row[last + 1 :] if _is_letters(token)), width)
    height = max(token.height for token in row[: last + 1])
    top, bottom = row[last].top - _BESIDE * height, row[last].bottom + _BESIDE * height
    if following - row[last].right > height:
        yield Hidden(row[last].right, top, following, bottom, Mark.NIR, certain=False)
    if last + 1 == len(row):
        yield Hidden(row[0].left, bottom, width, bottom + _BELOW * height, Mark.NIR, certain=False)


def _lies_in(token: Token, band: Hidden) -> bool:
    across = band.left <= (token.left + token.right) / 2 <= band.right
    return across and band.top <= token.middle <= band.bottom


def _is_letters(token: Token) -> bool:
    return token.sure >= 0.6 and sum(sign.isalpha() for sign in token.text) >= 3
