"""The threat model promises nothing that no test proves: each test that it names exists, each row names one."""

import re

import pytest

from tests.house.tree import ROOT, functions_in

PAGE = ROOT / "docs" / "explanation" / "threat-model.md"
NAMED = re.compile(r"`((?:\w+/)+test_\w+\.py)::(test_\w+)`")


def words() -> str:
    return PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED.findall(words()))))
def test_each_test_that_is_named_exists(path: str, name: str) -> None:
    assert name in functions_in(path), f"tests/{path} has no {name}: mend docs/explanation/threat-model.md"


def test_each_promise_names_its_test() -> None:
    rows = [row for row in words().splitlines() if row.startswith("| ") and not row.startswith("| what holds")]

    assert len(rows) > 35
    assert [row for row in rows if not NAMED.search(row.rpartition(" | ")[2])] == []
    assert "`" not in NAMED.sub("", "".join(row.rpartition(" | ")[2] for row in rows)), "something else is named"


def test_each_adversary_has_a_section_and_the_limits_are_said() -> None:
    """The list of adversaries is the platform's own; one that is taken off the page is taken off here on purpose."""
    sections = re.findall(r"^### (.+)$", words(), re.MULTILINE)

    assert len(sections) == 9
    assert "## What is not protected" in words()
    assert len(re.findall(r"^- \*\*", words(), re.MULTILINE)) >= 10
