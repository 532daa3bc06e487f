"""Each of the fifty bad inputs has its tests, and the page about them says no more than they prove."""

import pytest

from tests.house.tree import ROOT, functions_in
from tests.inputs.names import NAMES

PAGE = ROOT / "docs" / "reference" / "bad-inputs.md"
Row = tuple[str, str, str, str]


def rows() -> list[Row]:
    """(name, what happens, what is read, tests) of each line of the page."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    return [(name, happens, read, tests) for name, happens, read, tests in map(_cells, lines)]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def test_there_are_fifty() -> None:
    assert len(NAMES) == 50


@pytest.mark.parametrize("name", NAMES)
def test_each_has_tests_that_exist(name: str) -> None:
    named = [test.partition("::") for test in NAMES[name]]

    assert named
    assert [f"{path}::{test}" for path, _, test in named if test not in functions_in(path)] == []


def test_the_page_says_of_each_what_happens_and_names_its_tests() -> None:
    assert {name: tests for name, _, _, tests in rows()} == {
        name: ", ".join(f"`{test}`" for test in tests) for name, tests in NAMES.items()
    }
    assert [name for name, happens, read, _ in rows() if len(happens) < 3 or len(read) < 5] == []
