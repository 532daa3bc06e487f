"""Every variable that the platform reads is explained, once in .env.example and once in the reference."""

import ast
import re

from tests.house.tree import ROOT, parsed, python_files

EXAMPLE = ROOT / ".env.example"
REFERENCE = ROOT / "docs" / "reference" / "settings.md"
# Read by programs beside Django: docker compose, gunicorn, make.
BESIDE = ["docker-compose.yml", "config/deploy/Caddyfile", "Dockerfile", "Makefile", "config/deploy/roles.sh"]
READERS = {"str", "bool", "int", "list", "float", "secret"}


def read() -> set[str]:
    """The names that settings and commands ask the environment for."""
    names = set()
    for path in python_files(
        "config", "web", "cases", "vault", "notifications", "accounts", "observatory", "procedures"
    ):
        if path.name == "test.py":
            continue
        for node in ast.walk(parsed(path)):
            names.update(_asked(node))
    return names


def _asked(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = ast.unparse(node.func)
        if called in {"secret", "count"} or called.startswith("env.") or called in {"os.environ.get", "os.getenv"}:
            return {str(node.args[0].value)}
    if (
        isinstance(node, ast.Subscript)
        and ast.unparse(node.value) == "os.environ"
        and isinstance(node.slice, ast.Constant)
    ):
        return {str(node.slice.value)}
    return set()


def explained() -> list[str]:
    return re.findall(r"^#?([A-Z][A-Z0-9_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)


def referenced() -> list[str]:
    return re.findall(r"^\| `([A-Z][A-Z0-9_]+)` ", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_settings_read_something() -> None:
    assert {"SECRET_KEY", "VAULT_KEKS", "PUBLIC_ORIGIN"} <= read()


def test_every_setting_is_explained_once() -> None:
    for documented in (explained(), referenced()):
        assert sorted(documented) == sorted(set(documented))
        assert read() - set(documented) == set()


def test_nothing_is_explained_that_nobody_reads() -> None:
    beside = "".join((ROOT / name).read_text(encoding="utf-8") for name in BESIDE if (ROOT / name).exists())
    python = "".join(path.read_text(encoding="utf-8") for path in python_files("config"))

    for name in {*explained(), *referenced()} - read():
        assert name in beside or f'"{name}"' in python, f"nobody reads {name}"


def test_both_places_explain_the_same() -> None:
    assert set(explained()) == set(referenced())
