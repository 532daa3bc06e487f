"""The margins' promise: the true count lies within, 95 times out of 100, and not much more often."""

from fractions import Fraction
from math import exp
from random import Random

import pytest

from observatory.rules import margins, noise
from observatory.rules.profiles import TABLES
from observatory.rules.rounding import controlled
from observatory.rules.spread import spread
from observatory.rules.tables import Table

ALL_TABLES = [table for tables in TABLES.values() for table in tables]
WITH_TOTAL = [table for table in ALL_TABLES if table.measures_total]
WITHOUT_TOTAL = [table for table in ALL_TABLES if not table.measures_total]


def exact_coverage(scale: Fraction, margin: int) -> float:
    return 1 - 2 * exp(-(margin + 1) / scale) / (1 + exp(-1 / scale))


@pytest.mark.parametrize("table", WITHOUT_TOTAL, ids=lambda table: table.key)
def test_a_cell_of_its_own_is_covered_exactly(table: Table) -> None:
    margin = margins.of_noise(table.cell_scale)

    assert 0.95 <= exact_coverage(table.cell_scale, margin) <= 0.985
    assert exact_coverage(table.cell_scale, margin - 1) < 0.95


@pytest.mark.parametrize("table", WITH_TOTAL, ids=lambda table: table.key)
def test_a_measured_total_is_covered_exactly(table: Table) -> None:
    assert 0.95 <= exact_coverage(table.total_scale, margins.of_noise(table.total_scale)) <= 0.985


@pytest.mark.parametrize("table", WITH_TOTAL, ids=lambda table: table.key)
def test_a_spread_cell_is_covered(table: Table) -> None:
    below = Random(20261123).randrange
    size = len(table.cells)
    margin = margins.of_spread(size, cell=table.cell_scale, total=table.total_scale)

    errors = [error for _ in range(6000 // size) for error in spread_errors(table, size, below)]

    assert 0.93 <= sum(abs(error) <= margin for error in errors) / len(errors) <= 0.985


def spread_errors(table: Table, size: int, below: noise.Below) -> list[int]:
    noisy = [1000 + noise.laplace(table.cell_scale, below=below) for _ in range(size)]
    total = 1000 * size + noise.laplace(table.total_scale, below=below)
    return [value - 1000 for value in controlled(spread(noisy, total=total), total=total, below=below)]


def test_two_spread_cells_agree_with_the_law_worked_out_by_hand() -> None:
    """For two cells N = x - y + t; its law is a convolution of three, short enough to write down."""
    cell, total, margin = Fraction(2), Fraction(5), 0
    law = convolved([mass(cell), mass(cell), mass(total)])
    while sum(law.get(n, 0.0) for n in range(-2 * margin, 2 * margin + 1)) < 0.95:
        margin += 1

    assert margins.of_spread(2, cell=cell, total=total) == margin


def mass(scale: Fraction) -> dict[int, float]:
    rate = 1 / float(scale)
    return {x: (1 - exp(-rate)) / (1 + exp(-rate)) * exp(-rate * abs(x)) for x in range(-80, 81)}


def convolved(laws: list[dict[int, float]]) -> dict[int, float]:
    whole = {0: 1.0}
    for law in laws:
        summed: dict[int, float] = {}
        for x, p in whole.items():
            for y, q in law.items():
                summed[x + y] = summed.get(x + y, 0.0) + p * q
        whole = summed
    return whole
