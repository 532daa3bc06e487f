"""Controlled rounding: whole numbers that still add up."""

import secrets
from collections.abc import Sequence
from fractions import Fraction
from math import floor

from observatory.rules.noise import Below


def controlled(cells: Sequence[Fraction], *, total: int, below: Below = secrets.randbelow) -> list[int]:
    """Round each cell up or down, never further, so that they add up to the total.

    The cells must add up to the total beforehand. The largest remainders go up; equal ones (after an equal spread they
    all are) go up by lot, else the first cell of every table would be too high for ever.
    """
    if sum(cells) != total:
        raise ValueError("The cells do not add up to the total.")
    rounded = [floor(cell) for cell in cells]
    lots = _shuffled(len(cells), below)
    by_remainder = sorted(lots, key=lambda place: cells[place] - rounded[place], reverse=True)
    for place in by_remainder[: total - sum(rounded)]:
        rounded[place] += 1
    return rounded


def _shuffled(size: int, below: Below) -> list[int]:
    places = list(range(size))
    for last in range(size - 1, 0, -1):
        other = below(last + 1)
        places[last], places[other] = places[other], places[last]
    return places
