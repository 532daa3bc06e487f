"""Rules run where Django does not exist."""

import ast
import subprocess
import sys

from tests.house.tree import APPS, ROOT, imports_of, name_of, parsed, python_files

RULES = [path for path in python_files(*APPS) if "rules" in path.parts]
# Beside the standard library and other rules: what a rule about bytes needs.
ALLOWED = {"cryptography", "rfc3161_client"}
# A clock, chance or the world outside would make a rule depend on more than its arguments.
WORLD = {
    "asyncio",
    "os",
    "pathlib",
    "random",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "threading",
    "time",
    "urllib",
}

WITHOUT_DJANGO = """
import importlib, sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"django", "rest_framework", "celery", "allauth", "psycopg", "redis"}:
            raise ImportError(f"a rule imports {name}")
sys.meta_path.insert(0, Refuse())
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def test_there_are_rules() -> None:
    assert len(RULES) > 20


def test_rules_import_without_django() -> None:
    names = [name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in RULES]

    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_DJANGO, *names], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stderr


def test_rules_know_rules_and_the_standard_library_only() -> None:
    strange = [
        f"{name_of(path)}:{line} {name}" for path in RULES for line, name in imports_of(path) if not _may_know(name)
    ]

    assert strange == []


def _may_know(name: str) -> bool:
    first, *rest = name.split(".")
    if first in APPS:
        return bool(rest) and rest[0] == "rules"
    return first in ALLOWED or (first in sys.stdlib_module_names and first not in WORLD)


def test_rules_have_no_clock_and_open_no_file() -> None:
    asked = [
        f"{name_of(path)}:{node.lineno}"
        for path in RULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        if (isinstance(node.func, ast.Attribute) and node.func.attr in {"now", "today", "utcnow"})
        or (isinstance(node.func, ast.Name) and node.func.id == "open")
    ]

    assert asked == []
