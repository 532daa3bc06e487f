"""Names, sizes and suppressions."""

import io
import re
import sys
import tokenize
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.house.tree import APPS, ROOT, name_of, python_files

MOST_LINES = 400
SUPPRESSION = re.compile(
    r"#\s*(?P<what>noqa|type: ignore|pragma|fmt: skip|fmt: off)\b(?P<codes>:\s*[A-Z0-9, ]+|\[[\w, -]+\])?(?P<rest>.*)"
)
DRAWERS = {"utils", "helpers", "common", "core", "misc", "tools", "lib"}
TEXTS = {".py", ".html", ".txt", ".css", ".js", ".toml", ".md", ".sql", ".yml", ".sh", ".in"}
LEFT_FOR_LATER = re.compile(r"\b(TOD[O]|FIXM[E]|XX[X])\b")  # this line must not find itself

OURS = python_files(*APPS, "bench", "tests")


@pytest.mark.parametrize("app", APPS)
def test_a_package_shadows_nothing(app: str) -> None:
    assert app not in sys.stdlib_module_names
    assert app not in packages_distributions(), "an installed package has the same name"


def test_nothing_else_stands_at_the_top() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}

    assert packages <= {*APPS, "tests", "bench"}


def test_there_is_no_drawer() -> None:
    assert [name_of(path) for path in OURS if path.stem in DRAWERS] == []


def test_a_file_is_short_enough_to_read() -> None:
    sizes = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in OURS}

    assert {name: lines for name, lines in sizes.items() if lines >= MOST_LINES} == {}


def test_every_suppression_names_its_rule_and_its_reason() -> None:
    bare = [
        f"{name_of(path)}:{line}"
        for path in OURS
        for line, comment in _comments(path)
        for found in [SUPPRESSION.match(comment)]
        if found and not _is_explained(found)
    ]

    assert bare == []


def _comments(path: Path) -> list[tuple[int, str]]:
    source = io.StringIO(path.read_text(encoding="utf-8"))
    return [
        (one.start[0], one.string) for one in tokenize.generate_tokens(source.readline) if one.type == tokenize.COMMENT
    ]


def _is_explained(found: "re.Match[str]") -> bool:
    """`# noqa: F401  registering is the import's purpose`; the formatter's own need no rule."""
    needs_code = found["what"] in {"noqa", "type: ignore"}
    return (bool(found["codes"]) or not needs_code) and (len(found["rest"].strip(" #")) > 3 or not needs_code)


def test_nothing_is_left_for_later() -> None:
    folders = [*APPS, "tests", "docs", ".ci"]
    paths = [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in TEXTS and "vendor" not in path.parts
    ]

    left = [name_of(path) for path in paths if LEFT_FOR_LATER.search(path.read_text(encoding="utf-8"))]
    assert left == []
