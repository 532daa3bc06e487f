"""A hostile text costs twice as much when it is twice as long. Steps are counted, no clock is read."""

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from vault.rules import detector

HOSTILE = [
    "1 ",
    "1",
    "1|",
    "1\n",
    "1\u200b",
    "l ",
    "S1",
    " ",
    "1 85 05 78 006 084 ",
    "nir 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 ",
    "code provisoire ",
    "code provisoire 123456 ",
    "123456 est votre ",
    "carte vitale",
    "fr76 ",
    "+1 ",
    "cle ",
    "(1)",
    "1%20",
    "\n> 1",
    "¹",
    "caf 1234567890123456789 ",
    "0285057800608441 ",
    "+2 85 05 78 006 084 41 ",
    "285 057 800 608 441 12;",
]


def steps(text: str) -> int:
    """Calls of functions, Python's own included."""
    count = 0

    def note(frame: Any, event: str, arg: Any) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        detector.find(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("piece", HOSTILE)
def test_twice_the_text_is_twice_the_steps(piece: str) -> None:
    short = piece * (2000 // len(piece))
    detector.find(short)  # what is remembered about signs and words is learnt once

    assert steps(short * 2) <= 2.2 * steps(short) + 100


def patterns() -> Iterator[re.Pattern[str]]:
    for module in pkgutil.iter_modules(detector.__path__):
        for value in vars(importlib.import_module(f"{detector.__name__}.{module.name}")).values():
            yield from _patterns_in(value)


def _patterns_in(value: Any) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _patterns_in(part)


def test_the_patterns_are_seen() -> None:
    assert len(list(patterns())) > 15


@pytest.mark.parametrize("pattern", sorted({pattern.pattern for pattern in patterns()}))
def test_no_pattern_looks_further_than_it_says(pattern: str) -> None:
    """What repeats without end is one set of signs, and the whole pattern: then nothing is ever read twice."""
    without_sets = re.sub(r"\[(?:\\.|[^\]])*\]", "x", pattern)
    endless = re.findall(r"(?<!\\)[*+]|\{\d*,\}", without_sets)

    assert not endless or without_sets == "x+"
