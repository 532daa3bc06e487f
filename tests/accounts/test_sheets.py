"""The one CSV writer: nothing that it writes runs in a spreadsheet, and everything can be read back."""

import csv
import io
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules import sheets
from accounts.rules.sheets import FRENCH, PUBLISHED, Sheet
from tests.house.tree import APPS, name_of, python_files

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
DANGEROUS = st.builds(
    "".join,
    st.tuples(st.sampled_from(["", " ", '"', "'", "\u00a0", "\ufeff", '  "']), st.sampled_from("=+-@\t\r\n"), TEXTS),
)


def read(rows: Sequence[Sequence[sheets.Cell]], sheet: Sheet) -> list[list[str]]:
    text = sheets.lines(rows, sheet=sheet)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=sheet.delimiter))


def one_line(text: str) -> str:
    return re.sub(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+", " ", text.replace("\0", ""))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+33 6 99 00 12 34",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        '"=1',
        "'=1",
        "« =1",
        "\u00a0\u200b=1",
        "\ufeff=1",
        "\0=1",
        "＝1",
        "＠x",
        "−1",
    ],
)
def test_a_formula_gets_an_apostrophe_and_stays_readable(text: str) -> None:
    assert sheets.harmless(text) == "'" + one_line(text)


@pytest.mark.parametrize("text", ["", "Zoé", "06 99 00 12 34", "a=b", "1-2", "x@exemple.invalid", "L’été", "d'un"])
def test_an_ordinary_cell_is_left_as_it_is(text: str) -> None:
    assert sheets.harmless(text) == text


@given(
    st.lists(st.lists(TEXTS | DANGEROUS, min_size=2, max_size=4), min_size=1, max_size=5),
    st.sampled_from([FRENCH, PUBLISHED]),
)
def test_no_cell_begins_like_a_formula_and_none_is_lost(rows: list[list[str]], sheet: Sheet) -> None:
    back = read(rows, sheet)

    assert len(back) == len(rows)
    for cells, written in zip(rows, back, strict=True):
        for cell, seen in zip(cells, written, strict=True):
            kept = one_line(cell)
            assert seen in {kept, f"'{kept}"}
            assert not re.match(r"[=+\-@\t\r\n]", seen)
            assert seen.startswith("'") or not re.match(r"[\s\"']*[=+\-@]", seen)


@given(TEXTS)
def test_a_cell_is_never_split_whatever_the_reader_takes_for_a_delimiter(text: str) -> None:
    """All is quoted: «;=1» and «,=1» stay inside."""
    line = sheets.lines([[text]], sheet=FRENCH).removesuffix("\r\n")

    assert line[0] == line[-1] == '"'
    assert '"' not in line[1:-1].replace('""', "")


def test_numbers_and_nothing_stay_what_they_are() -> None:
    assert read([[1200, -3, None]], PUBLISHED) == [["1200", "-3", ""]]


def test_a_file_for_french_spreadsheets_says_that_it_is_utf8() -> None:
    part = sheets.lines([["Prénom", "Été"]], sheet=FRENCH)

    assert sheets.file_of([part, part], sheet=FRENCH) == '\ufeff"Prénom";"Été"\r\n"Prénom";"Été"\r\n'.encode()
    assert sheets.file_of([sheets.lines([["a", "b"]], sheet=PUBLISHED)], sheet=PUBLISHED) == b"a,b\n"


def test_nothing_else_writes_csv() -> None:
    writers = {
        name_of(path)
        for path in python_files(*APPS)
        if re.search(r"\bcsv\.(?:Dict)?[wW]riter\b", path.read_text(encoding="utf-8"))
    }

    assert writers == {"accounts/rules/sheets.py"}
