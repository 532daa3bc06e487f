"""Numbers that a machine read wrongly: still a NIR to whoever looks at the page. None found here is certain."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LOOKS_LIKE = {
    "0": "OoQD°", "1": "lIi|!][/()t{}j", "2": "Zz", "4": "Aah", "5": "Ss$", "6": "Gbe\u20acé", "7": "T?", "8": "B&%",
    "9": "gqy@", "": "\u2018\u2019'\".,;:-_*~=+\u2013\u2014",
}  # fmt: skip
_AS_DIGITS = str.maketrans({sign: digit for digit, signs in _LOOKS_LIKE.items() for sign in signs})
_WORD = re.compile(r"\S+")
_MONTHS = frozenset({*range(1, 13), *range(20, 43), *range(50, 100)})
_SHAPE = (1, 2, 2, 2, 3, 3, 2)
_FAR = 5
_CONTEXT = re.compile(
    r"s[eéè]cu(?:rit[eéè]|\.)?\s*(?:sociale|soc\b)?|\bn[i1l]r\b|immatricul|vitale|assur[eéè]|\bn\W{0,3}s\W?s\b",
    re.IGNORECASE,
)
_CONTEXT_WITHIN = 70
_NAMED = re.compile(
    r"s[eéè]curit[eéè]\s*sociale\W*(?:de l.assur\S*\W*)?$|\bn[i1l]r\W*$|immatriculation\W*$|\bn\W{0,3}s\W?s\W*$",
    re.IGNORECASE,
)
_NEAR_WITHIN = 50
_OTHER = re.compile(
    r"siret|siren|t[ée]l\b|t[ée]l[ée]ph|iban|rpps|adeli|finess|factur|command|dossier|client|montant|colis|r[ée]f",
    re.IGNORECASE,
)
_OTHER_WITHIN = 25


@dataclass(frozen=True, slots=True)
class _Group:
    """A word of digits, or of what looks like them. `exact`: it is digits only. `seen`: how many, without brackets."""

    start: int
    end: int
    digits: str
    exact: bool
    seen: int


def find(text: str) -> list[tuple[int, int]]:
    """Spans of words that stand in the groups of a NIR, or follow a word that announces one, but read as none."""
    spans: list[tuple[int, int]] = []
    for run in _runs(text):
        spans += _by_shape(run)
        spans += _by_context(run, text)
    return spans


def _runs(text: str) -> Iterator[list[_Group]]:
    """Longest rows of words that look like digits, not far from each other."""
    run: list[_Group] = []
    for match in _WORD.finditer(text):
        group = _group(match)
        is_far = run and match.start() - run[-1].end >= _FAR
        if run and (group is None or is_far):
            yield run
            run = []
        if group:
            run.append(group)
    if run:
        yield run


def _group(match: re.Match[str]) -> _Group | None:
    word = match[0]
    digits = word.translate(_AS_DIGITS)
    real = sum(sign.isdecimal() for sign in word)
    seen = sum(sign.isalnum() for sign in word)
    if not digits.isdecimal() or not (2 * real >= seen or len(digits) == 1):
        return None
    return _Group(match.start(), match.end(), digits, exact=word.isdecimal(), seen=seen)


def _by_shape(run: Sequence[_Group]) -> Iterator[tuple[int, int]]:
    """Six or seven groups, at most two of them a digit too long or too short; or the first one lost."""
    lengths = [len(group.digits) for group in run]
    for first in range(len(run)):
        for shape in (_SHAPE, _SHAPE[:6], _SHAPE[1:], _SHAPE[1:6]):
            part = lengths[first : first + len(shape)]
            if len(part) < len(shape) or not _alike(part, shape) or not _is_dated(run[first:], shape):
                continue
            if len(shape) < 6 and (first > 0 or len(run) > len(shape)):
                continue  # a part of a longer row of numbers, such as two telephones
            yield run[first].start, run[first + len(shape) - 1].end
            break


def _alike(part: Sequence[int], shape: Sequence[int]) -> bool:
    off = [abs(one - other) for one, other in zip(part, shape, strict=True)]
    return max(off) <= 1 and sum(off) <= (1 if len(shape) > 5 else 0)


def _is_dated(groups: Sequence[_Group], shape: Sequence[int]) -> bool:
    """Its month may be one, or it was not read exactly, or it stands in all of its groups."""
    if shape in {_SHAPE, _SHAPE[:6]} and [len(group.digits) for group in groups[: len(shape)]] == list(shape):
        return True
    month = groups[2 if shape[0] == 1 else 1].digits
    first = groups[0].digits if shape[0] == 1 else "1"
    if not all(group.exact for group in groups[: len(shape)]):
        return True
    return first[:1] in "123478" and (len(month) != 2 or int(month) in _MONTHS)


def _by_context(run: Sequence[_Group], text: str) -> Iterator[tuple[int, int]]:
    """Eleven to seventeen digits that a word announces; lines of cells are no digits.

    Where all were read as digits, the words that announce them stand right before them and mean nothing else.
    """
    digits, exact = sum(group.seen for group in run), all(group.exact for group in run)
    start = run[0].start
    before = text[max(0, start - (_NEAR_WITHIN if exact else _CONTEXT_WITHIN)) : start]
    announced = (_NAMED if exact else _CONTEXT).search(before)
    # Eight digits of a number that a picture cuts off say enough; ten that begin with a nought are a telephone's.
    least = 8 if exact and not run[0].digits.startswith("0") else 11
    if least <= digits <= 17 and announced and not _OTHER.search(before[-_OTHER_WITHIN:]):
        yield start, run[-1].end
