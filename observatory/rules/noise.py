"""Exact discrete Laplace noise in integers: Canonne, Kamath and Steinke (2020, arXiv:2004.00010, algorithms 1 and 2).

No floating point and no seeded generator touches a count: both have been used to take such noise off again.
"""

import secrets
from collections.abc import Callable
from fractions import Fraction

Below = Callable[[int], int]
"""A uniform integer from 0 up to, but not including, its argument. Only tests hand in another than the system's."""


def laplace(scale: Fraction, *, below: Below = secrets.randbelow) -> int:
    """An integer x with probability proportional to exp(-|x| / scale)."""
    if scale <= 0:
        raise ValueError("The noise's scale must be positive.")
    while True:
        magnitude = _geometric(scale, below)
        negative = below(2) == 1
        if magnitude or not negative:  # minus zero is drawn again, or zero would come twice as often
            return -magnitude if negative else magnitude


def _geometric(scale: Fraction, below: Below) -> int:
    """An integer y >= 0 with probability proportional to exp(-y / scale)."""
    whole, parts = scale.numerator, scale.denominator
    rest = below(whole)
    while not _happens(rest, whole, below):
        rest = below(whole)
    turns = 0
    while _happens(1, 1, below):
        turns += 1
    return (rest + whole * turns) // parts


def _happens(numerator: int, denominator: int, below: Below) -> bool:
    """True with probability exp(-numerator / denominator), for a fraction from 0 to 1."""
    step = 1
    while below(denominator * step) < numerator:
        step += 1
    return step % 2 == 1
