"""Spreading, rounding, hiding: what happens to noisy values, for any values."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.rules import hiding
from observatory.rules.rounding import controlled
from observatory.rules.spread import spread

cells = st.lists(st.integers(-200, 100_000), min_size=1, max_size=120)
totals = st.integers(0, 1_000_000)


@given(cells, totals)
def test_spread_cells_add_up_and_move_alike(values: list[int], total: int) -> None:
    moved = spread(values, total=total)

    assert sum(moved) == total
    assert len({after - before for before, after in zip(values, moved, strict=True)}) == 1


@given(cells, totals, st.integers(0, 2**32))
def test_rounded_cells_add_up_and_stay_within_one(values: list[int], total: int, seed: int) -> None:
    exact = spread(values, total=total)

    rounded = controlled(exact, total=total, below=Random(seed).randrange)

    assert sum(rounded) == total
    assert all(abs(after - before) < 1 for before, after in zip(exact, rounded, strict=True))


@given(st.lists(st.fractions(-50, 500, max_denominator=9), min_size=1, max_size=30), st.integers(0, 2**32))
def test_the_largest_remainders_go_up(values: list[Fraction], seed: int) -> None:
    values[-1] += -sum(values) % 1
    total = int(sum(values))

    rounded = controlled(values, total=total, below=Random(seed).randrange)

    down = [value % 1 for value, after in zip(values, rounded, strict=True) if after == value // 1]
    up = [value % 1 for value, after in zip(values, rounded, strict=True) if after > value]
    assert not up or not down or min(up) >= max(down)


def test_equal_remainders_go_up_by_lot() -> None:
    stream = Random(7).randrange
    first_up = sum(controlled([Fraction(1, 4)] * 4, total=1, below=stream)[0] for _ in range(1000))

    assert 180 <= first_up <= 320


def test_cells_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match="add up"):
        controlled([Fraction(1), Fraction(2)], total=4)


@pytest.mark.parametrize(
    ("scale", "expected"),
    [(Fraction(10, 7), 11), (Fraction(10, 3), 17), (Fraction(11, 5), 11), (Fraction(25, 8), 16), (Fraction(25, 3), 42)],
)
def test_the_threshold_is_five_scales_and_eleven_at_least(scale: Fraction, expected: int) -> None:
    assert hiding.threshold(scale) == expected


@given(st.lists(st.integers(-50, 200), min_size=2, max_size=60), st.integers(11, 60))
def test_no_small_value_and_never_one_hidden_cell(values: list[int], threshold: int) -> None:
    flags = hiding.hidden(values, threshold=threshold)

    assert sum(flags) != 1
    assert all(flag for value, flag in zip(values, flags, strict=True) if value < threshold)
    assert sum(flags) <= max(2, sum(value < threshold for value in values))


def test_a_lone_small_cell_takes_the_smallest_other_with_it() -> None:
    assert hiding.hidden([90, 3, 40, 12], threshold=11) == [False, True, False, True]
    assert hiding.hidden([90, 40, 12], threshold=11) == [False, False, False]
    assert hiding.hidden([2, 40, 3], threshold=11) == [True, False, True]
    assert hiding.hidden([40, 3], threshold=11) == [True, True]
