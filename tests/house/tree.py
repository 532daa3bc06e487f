"""The repository as the house tests read it: its Python files, parsed, and its templates."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("accounts", "cases", "config", "notifications", "observatory", "procedures", "vault", "web")


def python_files(*folders: str, migrations: bool = False) -> list[Path]:
    """The .py files below these folders of the repository, sorted."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if migrations or "migrations" not in path.parts)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions_in(path: str) -> set[str]:
    """The functions of a file below tests/; none when it is not there."""
    file = ROOT / "tests" / path
    return (
        {node.name for node in ast.walk(parsed(file)) if isinstance(node, ast.FunctionDef)} if file.is_file() else set()
    )


def name_of(path: Path) -> str:
    """`web/desk/views.py`, for messages."""
    return str(path.relative_to(ROOT))


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything that a file imports, inside functions too."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def templates() -> list[Path]:
    return sorted(path for app in APPS for path in (ROOT / app).rglob("templates/**/*") if path.is_file())
