"""Runs of digits, and the stretches of so many signs in them that may be a number."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from vault.rules.detector.signs import LETTERS

_GROUP = re.compile(rf"[0-9{LETTERS}]+")
# Four separators of any kind, or the end of a line with its margins.
_GAP = re.compile(r"[ \n\t\-./|_]{1,4}|[ \t]{0,40}\n[ \t]{0,40}")
_WIDE = re.compile(r"\n|\t|  ")
_LONGEST = 24  # signs in a row: a longer group is no number of ours, whatever stands in it
_START = re.compile(rf"(?<=[{LETTERS}])\d")  # glued to a label
_END = re.compile(rf"(?<=\d)[{LETTERS}]")  # glued to the word that follows
# The field of the national identity in a 2D-Doc code: «S1», then the number.
_FIELD = re.compile(r"(?<=S1)\d{15}")
_DIGIT = re.compile(r"\d")
_ZEROS = re.compile(r"0{1,5}(?=\d)")
_ROW = re.compile(r"(?<!\d)\d{16,20}(?!\d)")  # long enough to hold a number and what was glued to it
_PADS = re.compile(r"0{0,5}"), re.compile(r"(?:0{1,4}\d)?")  # to a width; a rank such as «01»
_WHOLE = 15
_PHONE = re.compile(r"(?<!\d)0[1-9](?:[ .\-]?\d\d){4}(?!\d)")
_FEW, _CUTS = 19, 8  # signs of a run, cuts of a window: more are a table's
_FIVES, _FEW_FIVES = (5, 10), 20  # cuts of a NIR, but those of a table of postcodes too

Span = tuple[int, int]


class Run:
    """Groups of signs that read like digits, chained while no more than a gap stands between two.

    `signs`: all of them without the gaps. A place among the signs is an index, a place in the text a position.
    """

    def __init__(self, shadow: str, groups: list[Span]) -> None:
        self.shadow = shadow
        self.groups = groups
        self.signs = "".join(shadow[start:end] for start, end in groups)
        self.firsts: list[int] = []
        count = 0
        for start, end in groups:
            self.firsts.append(count)
            count += end - start
        self.cuts = frozenset(self.firsts)

    def windows(self, *, sizes: tuple[int, ...], heads: frozenset[str]) -> Iterator["Window"]:
        """Every stretch of so many signs, beginning with one of `heads` and where a group does, that ends with one."""
        starts = {*self._heads(), *(match.start() for match in _START.finditer(self.signs))}
        ends = {*self.firsts, len(self.signs), *(match.start() for match in _END.finditer(self.signs))}
        for match in _FIELD.finditer(self.signs):
            starts.add(match.start())
            ends.add(match.end())
        starts.update(self._padded())
        for start in starts:
            if self.signs[start : start + 1] in heads:
                yield from (Window(self, start, start + size) for size in sizes if start + size in ends)
        yield from self._in_rows(heads)

    def _padded(self) -> Iterator[int]:
        """Where a group goes on after zeros."""
        for (start, end), first in zip(self.groups, self.firsts, strict=True):
            if zeros := _ZEROS.match(self.shadow, start, end):
                yield first + zeros.end() - start

    def _in_rows(self, heads: frozenset[str]) -> Iterator["Window"]:
        """Every stretch of a whole number in a row of a few digits more; those at its ends were yielded if they fit."""
        for (start, end), first in zip(self.groups, self.firsts, strict=True):
            for row in _ROW.finditer(self.shadow[start:end]):
                for at in range(first + row.start(), first + row.end() - _WHOLE + 1):
                    if self.signs[at] in heads:
                        yield Window(self, at, at + _WHOLE)

    def _heads(self) -> Iterator[int]:
        """Where a group begins that is no word such as «la», though it may be one further on."""
        for (start, end), first in zip(self.groups, self.firsts, strict=True):
            if end - start == 1 or _DIGIT.search(self.shadow, start, end):
                yield first

    def group_at(self, index: int) -> int:
        return bisect_right(self.firsts, index) - 1

    def position(self, index: int) -> int:
        group = self.group_at(index)
        return self.groups[group][0] + index - self.firsts[group]

    def apart(self, left: list[int], right: list[int]) -> bool:
        """Whether there is nothing on one side, or a wide gap between."""
        return not (left and right) or bool(_WIDE.search(self.shadow, left[0], right[0]))

    def numeric(self, groups: list[Span]) -> list[Span]:
        """Those with a digit: a word such as «la» is no neighbour."""
        return [(start, end) for start, end in groups if _DIGIT.search(self.shadow, start, end)]


@dataclass(frozen=True, slots=True)
class Window:
    """The signs `first` to `last` (excluded) of a run."""

    run: Run
    first: int
    last: int

    @property
    def signs(self) -> str:
        return self.run.signs[self.first : self.last]

    @property
    def start(self) -> int:
        return self.run.position(self.first)

    @property
    def end(self) -> int:
        return self.run.position(self.last - 1) + 1

    def cut_at(self, borders: tuple[int, ...]) -> int:
        """At how many of these places a separator stands."""
        return sum(self.first + border in self.run.cuts for border in borders if border < self.last - self.first)

    @property
    def cut(self) -> int:
        """How many separators stand in it."""
        return bisect_left(self.run.firsts, self.last) - bisect_right(self.run.firsts, self.first)

    def aligned(self, borders: tuple[int, ...]) -> bool:
        """Whether it is cut at these places only, and not as three numbers of a table would be."""
        tabular = len(self.run.signs) > _FEW_FIVES and self.cut == self.cut_at(_FIVES) == len(_FIVES)
        return self.cut_at(borders) == self.cut and not tabular

    @property
    def columnar(self) -> bool:
        """Cells or lines of one width with others beside them: what a column of numbers makes by chance."""
        groups = self.run.groups[self.run.group_at(self.first) : self.run.group_at(self.last - 1) + 1]
        widths = {end - start for start, end in groups}
        others = len(self.run.groups) > len(groups)
        return others and 0 < self.cut <= _CUTS and len(widths) == 1 and self._is_spread

    @property
    def _is_spread(self) -> bool:
        return bool(_WIDE.search(self.run.shadow, self.start, self.end))

    @property
    def inner(self) -> bool:
        """Whether a digit is glued to it, but for the name of a field."""
        shadow, start = self.run.shadow, self.start
        led = _DIGIT.match(shadow, start - 1) if start and not shadow.endswith("S1", 0, start) else None
        return bool(led or _DIGIT.match(shadow, self.end))

    @property
    def padded(self) -> bool:
        """Nothing but zeros, or a rank, is glued to it."""
        run, before, after = self.run, *_PADS
        first, last = run.groups[run.group_at(self.first)][0], run.groups[run.group_at(self.last - 1)][1]
        led, trailed = before.fullmatch(run.shadow, first, self.start), after.fullmatch(run.shadow, self.end, last)
        return bool(led and trailed)

    @property
    def bordered(self) -> bool:
        """Its ends are ends of groups in a run that is no table, and it breaks no telephone number in two."""
        run, start, end = self.run, self.start, self.end
        if len(run.signs) > _FEW or self.cut > _CUTS or self.inner:
            return False
        phones = [match.span() for match in _PHONE.finditer(run.shadow, run.groups[0][0], run.groups[-1][1])]
        return not any(left < start < right or left < end < right for left, right in phones)

    @property
    def alone(self) -> bool:
        """Nothing numeric is near it on its line."""
        run, start, end = self.run, self.start, self.end
        first, last = run.group_at(self.first), run.group_at(self.last - 1)
        if start != run.groups[first][0] or end != run.groups[last][1]:
            return False
        before = [right for _, right in run.numeric(run.groups[max(0, first - 3) : first])]
        after = [left for left, _ in run.numeric(run.groups[last + 1 : last + 4])]
        return run.apart(before[-1:], [start]) and run.apart([end], after[:1])


def runs(shadow: str) -> Iterator[Run]:
    groups: list[Span] = []
    for match in _GROUP.finditer(shadow):
        fits = match.end() - match.start() <= _LONGEST
        if groups and not (fits and _GAP.fullmatch(shadow, groups[-1][1], match.start())):
            yield Run(shadow, groups)
            groups = []
        if fits:
            groups.append(match.span())
    if groups:
        yield Run(shadow, groups)
