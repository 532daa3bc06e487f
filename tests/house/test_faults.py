"""docs/reference/faults.md has the twenty faults and the poison message, each with tests that exist."""

import re

import pytest

from tests.chaos.scenarios import SCENARIOS
from tests.house.tree import ROOT

PAGE = ROOT / "docs" / "reference" / "faults.md"
FAULTS = [
    "worker killed in a mail batch",
    "killed between 250 and COMMIT",
    "Redis flushed",
    "Redis down 10 min",
    "Redis black-holed",
    "Redis restarted",
    "PostgreSQL restarted under load",
    "PostgreSQL black-holed 30 s",
    "cut in a transition",
    "SMTP down 2 h",
    "SMTP 451 for half and 550 for one",
    "SMTP hangs after accept",
    "disk full during upload",
    "disk full for PostgreSQL",
    "ticker down nine days",
    "two tickers at once",
    "clock jumps and both DST changes",
    "deploy (SIGTERM) during a sweep with a migration",
    "scanner down",
    "key missing or wrong at start",
    "poison message",
]


def rows() -> dict[str, list[str]]:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {first: rest for first, *rest in cells}


def exists(named: str) -> bool:
    if named.startswith("make chaos "):
        return named.removeprefix("make chaos ") in SCENARIOS
    path, _, test = named.partition("::")
    file = ROOT / path
    return (
        file.is_file() and re.search(rf"^ *def {re.escape(test)}\(", file.read_text("utf-8"), re.MULTILINE) is not None
    )


def test_every_fault_is_told() -> None:
    assert list(rows()) == FAULTS


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_says_what_holds_how_it_heals_what_is_read_and_which_test(fault: str) -> None:
    holds, heals, read, tests = rows()[fault]
    named = re.findall(r"`([^`]+)`", tests)

    assert all((holds, heals, read, named))
    assert [test for test in named if not exists(test)] == []


def test_a_test_that_is_not_there_is_seen() -> None:
    assert not exists("tests/house/test_faults.py::test_nothing")
    assert not exists("tests/house/test_nothing.py::test_nothing")
    assert not exists("make chaos nothing")
