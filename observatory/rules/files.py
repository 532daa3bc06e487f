"""The published file of a table: UTF-8 CSV with one row per declared cell, then the total where one is measured."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from observatory.rules.periods import Period
from observatory.rules.release import Figure, PublishedTable
from observatory.rules.tables import Keys, Table
from procedures.rules.texts import Text

TOTAL = "total"
TOTAL_LABEL = Text(fr="Total", en="Total")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


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
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(columns(table))
    for row in rows_of(table, published):
        keys = row.keys or (TOTAL,) * len(table.dimensions)
        texts = [harmless(text) for text in (period.key, *keys, row.label.fr, row.label.en)]
        writer.writerow([*texts, _number(row.value), _number(row.margin), str(row.hidden).lower()])
    return lines.getvalue().encode()


def rows_of(table: Table, published: PublishedTable) -> list[Row]:
    rows = [_row(keys, table.label(keys), figure) for keys, figure in published.cells]
    return rows if published.total is None else [*rows, _row((), TOTAL_LABEL, published.total)]


def read(content: bytes, *, dimensions: Iterable[str]) -> list[Row]:
    """The rows of a published file, as they were written: readers see the file, never a second computation."""
    names = list(dimensions)
    return [_parsed(line, names) for line in csv.DictReader(io.StringIO(content.decode(), newline=""))]


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _row(keys: Keys, label: Text, figure: Figure) -> Row:
    return Row(keys=keys, label=label, value=figure.value, margin=figure.margin)


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def _parsed(line: dict[str, str], names: list[str]) -> Row:
    keys = tuple(line[name] for name in names)
    return Row(
        keys=() if set(keys) == {TOTAL} else keys,
        label=Text(fr=line["label_fr"], en=line["label_en"]),
        value=int(line["value"]) if line["value"] else None,
        margin=int(line["margin_95"]) if line["margin_95"] else None,
    )
