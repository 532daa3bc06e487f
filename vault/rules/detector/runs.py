"""Runs of digits, and the stretches of thirteen or fifteen signs in them that may be a number."""

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

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Window:
    """`signs` are those between `start` and `end` without separators; `cuts`: after how many of them one stands."""

    start: int
    end: int
    signs: str
    cuts: frozenset[int]
    run: "Run"

    @property
    def alone(self) -> bool:
        """Nothing numeric is near it on its line."""
        return self.run.is_alone(self.start, self.end)


class Run:
    """Groups of signs that read like digits, chained while no more than a gap stands between two."""

    def __init__(self, shadow: str, groups: list[Span]) -> None:
        self.shadow = shadow
        self.groups = groups
        self.signs = "".join(shadow[start:end] for start, end in groups)
        self.firsts: list[int] = []  # how many signs stand before each group
        count = 0
        for start, end in groups:
            self.firsts.append(count)
            count += end - start

    def windows(self, *, sizes: tuple[int, ...], heads: frozenset[str]) -> Iterator[Window]:
        """Every stretch of so many signs, beginning with one of `heads` and where a group does, that ends with one."""
        ends = {*self.firsts[1:], len(self.signs), *(match.start() for match in _END.finditer(self.signs))}
        starts = {*self.firsts, *(match.start() for match in _START.finditer(self.signs))}
        for match in _FIELD.finditer(self.signs):
            starts.add(match.start())
            ends.add(match.end())
        for start in sorted(starts):
            if self.signs[start : start + 1] in heads:
                for size in sizes:
                    if start + size in ends:
                        yield self._window(start, start + size)

    def _window(self, start: int, end: int) -> Window:
        first, last = bisect_right(self.firsts, start) - 1, bisect_left(self.firsts, end) - 1
        cuts = frozenset(count - start for count in self.firsts[first + 1 : last + 1])
        left = self.groups[first][0] + start - self.firsts[first]
        right = self.groups[last][0] + end - self.firsts[last]
        return Window(left, right, self.signs[start:end], cuts, self)

    def is_alone(self, start: int, end: int) -> bool:
        """Whether no digit stands on either side with but a narrow gap between."""
        at, to = bisect_left(self.groups, (start, start)), bisect_left(self.groups, (end, end))
        before = [end for begin, end in self.groups[max(0, at - 3) : at] if _DIGIT.search(self.shadow, begin, end)]
        after = [begin for begin, end in self.groups[to : to + 3] if _DIGIT.search(self.shadow, begin, end)]
        return self._apart(before[-1:], [start]) and self._apart([end], after[:1])

    def _apart(self, left: list[int], right: list[int]) -> bool:
        """Whether there is nothing on one side, or a wide gap between. A word such as «la» is no neighbour."""
        return not (left and right) or bool(_WIDE.search(self.shadow, left[0], right[0]))


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
