"""How far a published number may lie from the true count, with 95 % certainty.

A margin depends on the table's declaration alone, never on a count: it tells nothing about anybody, so floating point
is fine here.
"""

from fractions import Fraction
from functools import lru_cache
from math import ceil, cos, cosh, exp, pi, sin

LEVEL = 0.95
_TAIL = 14  # exp(-14): what may lie outside the range that the inversion looks at
_NEGLIGIBLE = 1e-15


@lru_cache
def of_noise(scale: Fraction) -> int:
    """The margin of a number that carries one draw of noise of this scale."""
    rate = 1 / float(scale)
    margin = 0
    while 2 * exp(-rate * (margin + 1)) / (1 + exp(-rate)) > 1 - LEVEL:
        margin += 1
    return margin


@lru_cache
def of_spread(size: int, *, cell: Fraction, total: Fraction) -> int:
    """The margin of one of `size` cells that were spread and rounded to a noisy total.

    Its error is N / size with N = (size - 1) x - (the other cells' noise) + (the total's noise): an integer whose
    distribution is read from its characteristic function. Rounding keeps within a whole margin, since counts are whole.
    """
    waves = _waves(size, 1 / float(cell), 1 / float(total))
    low, high = -1, 1
    while _within(size * high, waves) < LEVEL:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _within(size * middle, waves) >= LEVEL else (middle, high)
    return high


def _waves(size: int, cell_rate: float, total_rate: float) -> tuple[float, list[float]]:
    """The step between angles and the characteristic function of N there, from angle 0 until it is negligible."""
    reach = ceil(_TAIL * (size / cell_rate + 1 / total_rate))
    step = pi / reach
    values: list[float] = []
    for place in range(reach + 1):
        angle = place * step
        others = _characteristic(cell_rate, angle) ** (size - 1) * _characteristic(total_rate, angle)
        if others < _NEGLIGIBLE:
            break
        values.append(others * _characteristic(cell_rate, (size - 1) * angle))
    return step, values


def _characteristic(rate: float, angle: float) -> float:
    """Of the discrete Laplace law with this rate."""
    return (cosh(rate) - 1) / (cosh(rate) - cos(angle))


def _within(bound: int, waves: tuple[float, list[float]]) -> float:
    """The probability that N lies within the bound, both ends included."""
    step, values = waves
    middle = (2 * bound + 1) * values[0]
    sides = sum(value * sin((bound + 0.5) * k * step) / sin(k * step / 2) for k, value in enumerate(values[1:], 1))
    return (middle + 2 * sides) * step / (2 * pi)
