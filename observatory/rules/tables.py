"""What a published table is: declared codes, never the ones that the data happen to hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import product

from observatory.rules.periods import Every
from procedures.rules.texts import Text

Value = str | bool | None
Keys = tuple[str, ...]
"""One code per dimension, in the table's order: the name of a cell."""


class Kind(StrEnum):
    """The two things counted once per person and campaign."""

    OPENING = "ouverture"
    BALANCE = "bilan"


@dataclass(frozen=True, slots=True)
class Code:
    key: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A column of a table: `field` of the event, read through `readings` into one of the codes.

    A value without reading takes `otherwise`; without that, the event is not counted in tables of this dimension.
    """

    key: str
    title: Text
    field: str
    codes: tuple[Code, ...]
    readings: Mapping[Value, str]
    otherwise: str | None = None

    def read(self, value: Value) -> str | None:
        return self.readings.get(value, self.otherwise)

    def label(self, key: str) -> Text:
        return next(code.label for code in self.codes if code.key == key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One declared table. `epsilon` is what a person pays once, in the one period that they are counted in."""

    key: str
    title: Text
    kind: Kind
    every: Every
    dimensions: tuple[Dimension, ...]
    epsilon: Fraction
    measures_total: bool = True

    @property
    def cells(self) -> list[Keys]:
        """Every combination of codes, in the declared order."""
        return list(product(*([code.key for code in dimension.codes] for dimension in self.dimensions)))

    @property
    def cell_scale(self) -> Fraction:
        """The noise's scale b on a cell: four fifths of epsilon pay for the cells where a total is measured too."""
        return 1 / (self.epsilon * Fraction(4, 5) if self.measures_total else self.epsilon)

    @property
    def total_scale(self) -> Fraction:
        """The noise's scale on the measured total."""
        return 1 / (self.epsilon * Fraction(1, 5))

    def label(self, keys: Keys) -> Text:
        parts = [dimension.label(key) for dimension, key in zip(self.dimensions, keys, strict=True)]
        return Text(fr=" · ".join(part.fr for part in parts), en=" · ".join(part.en for part in parts))

    def read(self, values: tuple[Value, ...]) -> Keys | None:
        """The cell of an event's values (in the order of the dimensions); None when it belongs to no declared one."""
        keys = [dimension.read(value) for dimension, value in zip(self.dimensions, values, strict=True)]
        return tuple(key for key in keys if key is not None) if None not in keys else None
