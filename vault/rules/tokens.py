"""Signs and words with their places, put into lines again: a number is found in whatever order it was drawn."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

FAR = " " * 5
"""Between what stands too far apart to be one number: more separators than the detector jumps over."""

_TIGHT, _NEAR = 0.3, 4.0  # gaps in heights of a line: within a word, and within one number
_LINES_DOWN = 2.3
_AMOUNT, _AMOUNT_SIGNS = re.compile(r"(?:^|\s)\d{1,6},\d\d$"), 12  # in the last column of a table: the line ends there


@dataclass(frozen=True, slots=True)
class Token:
    """A sign or a word and its box, in any unit in which lines are level. `sure`: 0 to 1."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    sure: float = 1.0

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def is_upright(self) -> bool:
        """A word that runs down or up."""
        return len(self.text) >= 3 and self.height > 1.2 * (self.right - self.left)

    @property
    def sign_width(self) -> float:
        return (self.right - self.left) / max(1, len(self.text))


@dataclass(frozen=True, slots=True)
class Reading:
    """Tokens in one order as a text; `owners`: each character's token by its place, -1 for what was put between."""

    text: str
    owners: tuple[int, ...]

    def tokens_in(self, start: int, end: int) -> list[int]:
        """Places of the tokens of a span, in order, each once."""
        return list(dict.fromkeys(owner for owner in self.owners[start:end] if owner >= 0))


def readings(tokens: Sequence[Token], *, words: bool) -> list[Reading]:
    """As given; by rows from the left; by columns downwards and upwards, of what stands in no row.

    `words`: tokens are words, always a space apart; else signs, which their gaps join to words.
    """
    count = range(len(tokens))
    rows = rows_of(tokens)
    columns = _grouped(
        _standing_alone(tokens, rows, words=words),
        low=lambda i: tokens[i].left,
        high=lambda i: tokens[i].right,
        by=lambda i: tokens[i].top,
    )
    orders = [[list(count)], rows, columns, [line[::-1] for line in columns]]
    seen: dict[tuple[int, ...], list[list[int]]] = {}
    for order in orders:
        seen.setdefault(tuple(i for line in order for i in line), order)
    return [_joined(tokens, order, words=words) for order in seen.values()]


def rows_of(tokens: Sequence[Token]) -> list[list[int]]:
    """Places of the tokens in rows from the top, each from the left."""
    return _grouped(
        range(len(tokens)),
        low=lambda i: tokens[i].top,
        high=lambda i: tokens[i].bottom,
        by=lambda i: tokens[i].left,
    )


def _standing_alone(tokens: Sequence[Token], rows: Sequence[Sequence[int]], *, words: bool) -> list[int]:
    """Signs that have no neighbour on their line, or a nearer one above or below: written downwards, or turned."""
    alone = []
    for row in rows:
        for at, place in enumerate(row):
            beside = [row[near] for near in (at - 1, at + 1) if 0 <= near < len(row)]
            gaps = [abs(_across(tokens[one]) - _across(tokens[place])) for one in beside]
            least = (4.0 if words else 1.1) * max(tokens[place].height, tokens[place].sign_width)
            if len(tokens[place].text) <= 2 and min(gaps, default=least) >= least:
                alone.append(place)
    return alone


def _across(token: Token) -> float:
    return (token.left + token.right) / 2


def _grouped(
    places: Iterable[int], *, low: Callable[[int], float], high: Callable[[int], float], by: Callable[[int], float]
) -> list[list[int]]:
    """Lines of what overlaps by half, each sorted."""
    lines: list[list[int]] = []
    middle = size = 0.0
    for place in sorted(places, key=lambda i: low(i) + high(i)):
        at, extent = (low(place) + high(place)) / 2, high(place) - low(place)
        if lines and at - middle <= max(extent, size) / 2:
            lines[-1].append(place)
            middle += (at - middle) / len(lines[-1])
            size = max(size, extent) if extent < 3 * size else size
        else:
            lines.append([place])
            middle, size = at, extent
    return [sorted(line, key=by) for line in lines]


def _joined(tokens: Sequence[Token], order: Sequence[Sequence[int]], *, words: bool) -> Reading:
    pieces: list[str] = []
    owners: list[int] = []
    before: int | None = None
    for place in (i for line in order for i in line if not _is_quotation(tokens[i])):
        if before is not None:
            gap = _between(tokens[before], tokens[place], words=words)
            if gap == "\n" and _AMOUNT.search("".join(pieces[-_AMOUNT_SIGNS:])):
                gap = FAR
            pieces.append(gap)
            owners += [-1] * len(gap)
        pieces.append(tokens[place].text)
        owners += [place] * len(tokens[place].text)
        before = place
    return Reading("".join(pieces), tuple(owners))


def _is_quotation(token: Token) -> bool:
    """The marks before each line of a letter that was answered: a number goes on over them."""
    return not token.text.strip(">")


def _between(one: Token, other: Token, *, words: bool) -> str:
    size = max(one.height, other.height, min(one.sign_width, other.sign_width)) or 1.0
    down = max(other.top - one.bottom, one.top - other.bottom)
    across = max(other.left - one.right, one.left - other.right)
    if down <= -0.3 * min(one.height, other.height):  # on one line
        if across <= _TIGHT * size and not words:
            return ""
        return " " if across <= _NEAR * size else FAR
    if across <= 0 and down <= _TIGHT * size and not words and _is_narrow(one) and _is_narrow(other):
        return ""
    return "\n" if down <= _LINES_DOWN * size else FAR


def _is_narrow(token: Token) -> bool:
    return len(token.text) == 1


def runs(tokens: Sequence[Token], places: Sequence[int]) -> Iterator[list[int]]:
    """The places cut where the line ends."""
    run: list[int] = []
    for place in places:
        if run and not _follows(tokens[run[-1]], tokens[place]):
            yield run
            run = []
        run.append(place)
    if run:
        yield run


def _follows(one: Token, other: Token) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > 0.3 * min(one.height, other.height) and abs(other.left - one.right) <= _NEAR * 2 * max(
        one.height, other.height
    )
