"""Which noisy values are not shown."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

SMALLEST = 11


def threshold(scale: Fraction) -> int:
    """The smallest value shown under noise of this scale."""
    return max(SMALLEST, ceil(5 * scale))


def hidden(values: Sequence[int], *, threshold: int) -> list[bool]:
    """Whether each value is hidden: those below the threshold, and never exactly one (the next smallest goes too)."""
    flags = [value < threshold for value in values]
    if sum(flags) != 1 or len(flags) == 1:
        return flags
    smallest = min((place for place, flag in enumerate(flags) if not flag), key=lambda place: values[place])
    flags[smallest] = True
    return flags
