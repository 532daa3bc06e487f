"""docs/reference/asvs.md: each requirement of levels 1 and 2 once, tests that exist, figures that are the rows'."""

import re
from collections import Counter

import pytest

from tests.house.tree import ROOT, functions_in

PAGE = (ROOT / "docs" / "reference" / "asvs.md").read_text(encoding="utf-8")
# The level of each requirement of ASVS 5.0.0, section by section: the second sign of 122 is that of the second one.
SECTIONS = """
    1.1:22 1.2:1111122223 1.3:112222222223 1.4:222 1.5:123 2.1:122 2.2:112 2.3:12223 2.4:23 3.1:3 3.2:113
    3.3:12223 3.4:11222233 3.5:11122333 3.6:3 3.7:22333 4.1:12233 4.2:23333 4.3:22 4.4:1222 5.1:2 5.2:112333
    5.3:113 5.4:222 6.1:122 6.2:111111112222 6.3:11223333 6.4:112233 6.5:22222333 6.6:2223 6.7:33 6.8:2222 7.1:222
    7.2:1111 7.3:22 7.4:11222 7.5:223 7.6:22 8.1:1233 8.2:1123 8.3:133 8.4:23 9.1:111 9.2:1222 10.1:22 10.2:223
    10.3:22223 10.4:1111122222233333 10.5:22222 10.6:22 10.7:222 11.1:2233 11.2:22233 11.3:11233 11.4:1222 11.5:23
    11.6:23 11.7:33 12.1:12233 12.2:11 12.3:22223 13.1:2333 13.2:222223 13.3:2233 13.4:1222233 14.1:22
    14.2:12223333 14.3:122 15.1:12233 15.2:12233 15.3:1222222 15.4:3333 16.1:2 16.2:22222 16.3:2222 16.4:222
    16.5:2223 17.1:23 17.2:22223333 17.3:22
"""
EXPECTED = {
    f"{section}.{place}": level
    for section, levels in re.findall(r"(\S+):(\d+)", SECTIONS)
    for place, level in enumerate(levels, start=1)
    if level in "12"
}
NAMED = re.compile(r"`((?:\w+/)*test_\w+\.py)::(test_\w+)`")
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in PAGE.splitlines()
    if re.match(r"\| \d+\.\d+\.\d+ ", line)
]


def standing(cell: str) -> str:
    """`satisfied`, `open` or `not applicable`."""
    kinds = {"not applicable: ": "not applicable", "**open**: ": "open"}
    return next((kind for start, kind in kinds.items() if cell.startswith(start)), "satisfied")


def test_each_requirement_of_both_levels_stands_here_once() -> None:
    told = Counter(number for number, *_ in ROWS)

    assert Counter(EXPECTED.values()) == {"1": 70, "2": 183}
    assert [number for number in EXPECTED if told[number] != 1] == []
    assert set(told) <= set(EXPECTED)
    assert [row for row in ROWS if row[1] != EXPECTED[row[0]]] == []


def test_each_row_has_its_test_or_its_reason() -> None:
    satisfied = [row for row in ROWS if standing(row[3]) == "satisfied"]
    others = [row for row in ROWS if standing(row[3]) != "satisfied"]

    assert [row[0] for row in satisfied if not NAMED.search(row[3]) or NAMED.sub("", row[3]).strip(", ")] == []
    assert [row[0] for row in others if len(row[3].split()) < 3 or NAMED.search(row[3])] == []
    assert [row[0] for row in ROWS if len(row[2]) < 4] == []


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED.findall(PAGE))))
def test_each_test_that_is_named_exists(path: str, name: str) -> None:
    assert name in functions_in(path), f"tests/{path} has no {name}: mend docs/reference/asvs.md"


@pytest.mark.parametrize(
    ("line", "levels"), [("level 1", "1"), ("level 2 (its own)", "2"), ("both", "12")], ids=["one", "two", "both"]
)
def test_the_figures_are_those_of_the_rows(line: str, levels: str) -> None:
    rows = [standing(row[3]) for row in ROWS if row[1] in levels]
    applicable = [one for one in rows if one != "not applicable"]
    share = 100 * applicable.count("satisfied") / len(applicable)

    told = f"| {line} | {len(rows)} | {len(applicable)} | {applicable.count('satisfied')} | {share:.1f} % |"
    assert told in PAGE.splitlines()


def test_ninety_five_of_a_hundred_are_satisfied() -> None:
    applicable = [kind for kind in map(standing, (row[3] for row in ROWS)) if kind != "not applicable"]

    assert applicable.count("satisfied") >= 0.95 * len(applicable)
