"""Make noisy cells add up to a noisy total."""

from collections.abc import Sequence
from fractions import Fraction


def spread(cells: Sequence[int], *, total: int) -> list[Fraction]:
    """The cells nearest to these, in least squares, whose sum is the total: the gap spread equally."""
    share = Fraction(total - sum(cells), len(cells))
    return [cell + share for cell in cells]
