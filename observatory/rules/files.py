"""The published file of a table: UTF-8 CSV with one row per declared cell, then the total where one is measured."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.rules import sheets
from observatory.rules.periods import Period
from observatory.rules.release import Figure, PublishedTable
from observatory.rules.tables import Keys, Table
from procedures.rules.texts import Text

TOTAL = "total"
TOTAL_LABEL = Text(fr="Total", en="Total")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line as readers see it; `keys` are empty for the total."""

    keys: Keys
    label: Text
    value: int | None
    margin: int | None

    @property
    def hidden(self) -> bool:
        return self.value is None


def columns(table: Table) -> list[str]:
    return [
        table.every.value,
        *(dimension.key for dimension in table.dimensions),
        "label_fr",
        "label_en",
        "value",
        "margin_95",
        "hidden",
    ]


def write(table: Table, period: Period, published: PublishedTable) -> bytes:
    rows: list[list[sheets.Cell]] = [[*columns(table)]]
    for row in rows_of(table, published):
        keys = row.keys or (TOTAL,) * len(table.dimensions)
        rows.append([period.key, *keys, row.label.fr, row.label.en, row.value, row.margin, str(row.hidden).lower()])
    return sheets.file_of([sheets.lines(rows, sheet=sheets.PUBLISHED)], sheet=sheets.PUBLISHED)


def rows_of(table: Table, published: PublishedTable) -> list[Row]:
    rows = [_row(keys, table.label(keys), figure) for keys, figure in published.cells]
    return rows if published.total is None else [*rows, _row((), TOTAL_LABEL, published.total)]


def read(content: bytes, *, dimensions: Iterable[str]) -> list[Row]:
    """The rows of a published file, as they were written: readers see the file, never a second computation."""
    names = list(dimensions)
    return [_parsed(line, names) for line in csv.DictReader(io.StringIO(content.decode(), newline=""))]


def _row(keys: Keys, label: Text, figure: Figure) -> Row:
    return Row(keys=keys, label=label, value=figure.value, margin=figure.margin)


def _parsed(line: dict[str, str], names: list[str]) -> Row:
    keys = tuple(line[name] for name in names)
    return Row(
        keys=() if set(keys) == {TOTAL} else keys,
        label=Text(fr=line["label_fr"], en=line["label_en"]),
        value=int(line["value"]) if line["value"] else None,
        margin=int(line["margin_95"]) if line["margin_95"] else None,
    )
