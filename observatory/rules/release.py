"""From exact counts to a table that is safe to publish. The counts go in, and nothing exact comes out."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from observatory.rules import hiding, margins, noise, rounding
from observatory.rules.noise import Below
from observatory.rules.spread import spread
from observatory.rules.tables import Keys, Table


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its 95 % margin. A hidden one carries neither."""

    value: int | None
    margin: int | None

    @property
    def hidden(self) -> bool:
        return self.value is None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTable:
    """`cells` in the declared order; `total` is None where none is measured."""

    cells: tuple[tuple[Keys, Figure], ...]
    total: Figure | None


HIDDEN = Figure(None, None)


def publish(table: Table, counts: Mapping[Keys, int], *, below: Below = secrets.randbelow) -> PublishedTable:
    """Draw the noise of a table, once.

    1. Read the counts over the declared cells: a missing one is zero, an undeclared one is dropped.
    2. Add discrete Laplace noise to each cell and, where it is measured, to the total, clipped at zero.
    3. Spread the gap to the total equally and round to it.
    4. Hide what is below the threshold, never exactly one cell.
    """
    exact = [counts.get(keys, 0) for keys in table.cells]
    values = [count + noise.laplace(table.cell_scale, below=below) for count in exact]
    margin = cell_margin(table)
    total = None
    if table.measures_total:
        total = max(0, sum(exact) + noise.laplace(table.total_scale, below=below))
        values = rounding.controlled(spread(values, total=total), total=total, below=below)
    flags = hiding.hidden(values, threshold=hiding.threshold(table.cell_scale))
    figures = [HIDDEN if flag else Figure(value, margin) for value, flag in zip(values, flags, strict=True)]
    return PublishedTable(cells=tuple(zip(table.cells, figures, strict=True)), total=_total(table, total))


def cell_margin(table: Table) -> int:
    """The 95 % margin of each number of the table."""
    if not table.measures_total:
        return margins.of_noise(table.cell_scale)
    return margins.of_spread(len(table.cells), cell=table.cell_scale, total=table.total_scale)


def _total(table: Table, total: int | None) -> Figure | None:
    if total is None:
        return None
    if total < hiding.threshold(table.total_scale):
        return HIDDEN
    return Figure(total, margins.of_noise(table.total_scale))
