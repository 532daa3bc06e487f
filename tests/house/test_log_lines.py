"""Each line that our code writes into the log is a fixed sentence with ids and codes: no shape tells a name apart."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.tree import APPS, ROOT, parsed, python_files

LOGGERS = {"log", "_log", "logger"}
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
# What a value may be called that goes into a line, by its last name.
IDS = {"pk", "id", "association_id", "user_id"}
CODES = {"code", "flaw", "__name__", "away", "slug", "key", "way"}
NUMBERS = {"attempts", "tries", "failed", "checked", "count"}
# Functions whose answer is one of these: the id in scope, a line of ids and hashes.
ANSWERS = {"len", "whose_secret", "_told", "_ids_of"}


def lines() -> Iterator[tuple[str, ast.Call]]:
    for path in python_files(*APPS, "config", "web"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_logger(node.func):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def is_logger(called: ast.Attribute) -> bool:
    return called.attr in LEVELS and isinstance(called.value, ast.Name) and called.value.id in LOGGERS


def is_harmless(value: ast.expr) -> bool:
    match value:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name in IDS | CODES | NUMBERS
        case ast.Call(func=ast.Name(id=name)):
            return name in ANSWERS
        case ast.IfExp(body=one, orelse=other):
            return is_harmless(one) and is_harmless(other)
        case ast.Constant():
            return True
    return False


def test_a_line_is_a_fixed_sentence() -> None:
    found = dict(lines())

    assert len(found) > 20
    assert [place for place, call in found.items() if not isinstance(call.args[0], ast.Constant)] == []


def test_what_goes_into_a_line_is_an_id_a_code_or_a_number() -> None:
    told = [
        f"{place} {ast.unparse(value)}" for place, call in lines() for value in call.args[1:] if not is_harmless(value)
    ]

    assert told == []


def test_a_line_brings_nothing_along_but_an_error() -> None:
    """`extra=` would reach every handler; the sieves drop it."""
    assert [place for place, call in lines() if {word.arg for word in call.keywords} - {"exc_info"}] == []


@pytest.mark.parametrize(
    "value", ["member.first_name", "email", "str(error)", "error", "f'{case}'", "case.reference", "path"]
)
def test_words_of_people_and_of_errors_are_recognised(value: str) -> None:
    assert not is_harmless(ast.parse(value, mode="eval").body)
