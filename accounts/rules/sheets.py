"""The one writer of CSV: no cell that it writes is taken for a formula by a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Cell = str | int | None
BOM = "\ufeff"
# What a spreadsheet skips or unpacks before it looks for a formula: spaces, controls, quotes, marks without width.
_SKIPPED = r"[\s\x00-\x1f\x7f\"'`´‘’“”«»\u00a0\u00ad\u180e\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff＂＇]*"
_FORMULA = re.compile(rf"[\t\r\n]|{_SKIPPED}[=+\-@＝＋－＠−]")

_LINE_ENDS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """How a file is laid out."""

    delimiter: str
    line_end: str
    quoting: int
    bom: bool


PUBLISHED = Sheet(delimiter=",", line_end="\n", quoting=csv.QUOTE_MINIMAL, bom=False)
# A comma is their decimal sign, and without a mark they read UTF-8 as something older. All quoted, so that a cell that
# holds a delimiter is never split, whatever the reader takes for one.
FRENCH = Sheet(delimiter=";", line_end="\r\n", quoting=csv.QUOTE_ALL, bom=True)


def harmless(text: str) -> str:
    """A cell of one line that no spreadsheet takes for a formula: an apostrophe before it; all stays readable."""
    kept = text.replace("\0", "")
    flat = _LINE_ENDS.sub(" ", kept)
    return f"'{flat}" if _FORMULA.match(kept) else flat


def lines(rows: Iterable[Sequence[Cell]], *, sheet: Sheet) -> str:
    """These rows, one a line. A whole number stays one; nothing is an empty cell."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=sheet.delimiter, lineterminator=sheet.line_end, quoting=sheet.quoting)  # type: ignore[arg-type]  # one of csv's own constants
    for row in rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return written.getvalue()


def file_of(parts: Iterable[str], *, sheet: Sheet) -> bytes:
    """The file whose parts `lines` wrote."""
    return ((BOM if sheet.bom else "") + "".join(parts)).encode()
