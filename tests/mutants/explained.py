"""Survivors that make no difference, each with its reason: tests/mutants/survivors.toml."""

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parent / "survivors.toml"


@cache
def explained() -> dict[str, str]:
    """The reason by the fault's name."""
    entries = tomllib.loads(FILE.read_text(encoding="utf-8")).get("survivor", [])
    return {entry["fault"]: entry["because"] for entry in entries}
