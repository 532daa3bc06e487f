"""Who may write: actions. Pages do not, models have no hidden effect, and nothing listens to signals."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.design import asks_managers
from tests.house.tree import APPS, imports_of, name_of, parsed, python_files

WRITES = {"save", "create", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "execute"}
# The seed writes by bulk statements, since a demonstration of thousands of cases must be ready in seconds.
SEED = ("web/demo/seed", "web/demo/people", "web/management/")
OWN_SAVE = {
    "accounts/scope/__init__.py AppendOnly": "refuses changes",
    "observatory/models.py Release": "refuses changes once published",
}
# Files that look past the scope, and for whom.
DOORS = {
    "accounts/access/doors.py": "a person's own memberships; an invitation or a program by its token",
    "accounts/fields.py": "key rows: an association's by its id, others by their random subject",
    "cases/access/doors.py": "a member's own associations",
    "notifications/access/messages.py": "a notice by the Message-ID that only its reader knows",
    "observatory/access.py": "published releases, which anybody may read",
    "observatory/models.py": "is this release published?",
}


def pages() -> list[Path]:
    return [path for path in python_files("web") if not name_of(path).startswith(SEED)]


def test_pages_never_write() -> None:
    assert [f"{name_of(path)}:{line} .{call}()" for path in pages() for line, call in _writes(path)] == []


def _writes(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            by_keywords_only = bool(node.keywords) and not node.args
            if _draws(node):
                continue
            if node.func.attr in WRITES or (node.func.attr == "update" and by_keywords_only):
                yield node.lineno, node.func.attr


def _draws(node: ast.Call) -> bool:
    """segno saves a picture of a kind: no row."""
    return "kind" in {keyword.arg for keyword in node.keywords} and "drawing" in ast.unparse(node)


def test_pages_ask_access_never_a_manager() -> None:
    asked = [f"{name_of(path)}:{line} {words}" for path in pages() for line, words in asks_managers(parsed(path))]

    assert asked == []


def test_nothing_listens_to_signals() -> None:
    ears = (
        "django.dispatch",
        "django.db.models.signals",
        "django.core.signals",
        "django.contrib.auth.signals",
        "allauth.account.signals",
    )

    assert [
        f"{name_of(path)}:{line} {name}"
        for path in python_files(*APPS)
        for line, name in imports_of(path)
        if name.startswith(ears)
    ] == []


def test_no_model_saves_in_its_own_way() -> None:
    found = {
        f"{name_of(path)} {node.name}"
        for path in python_files(*APPS)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef)
        for inner in node.body
        if isinstance(inner, ast.FunctionDef) and inner.name in {"save", "save_base", "full_clean"}
    }

    assert found == set(OWN_SAVE)


def test_what_is_saved_names_its_columns() -> None:
    """`save()` writes every column back: a colleague's change in between would be lost."""
    whole = {"cases/actions/journal.py"}  # a deadline is computed whole, under the lock of its case
    bare = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files(*APPS)
        if name_of(path) not in whole and not name_of(path).startswith(SEED)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "save"
        if not {"update_fields", "force_insert"} & {keyword.arg for keyword in node.keywords}
        if ast.unparse(node.func.value) not in {"super()", "default_storage", "pikepdf.Pdf"} and not _draws(node)
    ]

    assert bare == []


def test_tenants_rows_are_not_asked_past_their_scope() -> None:
    """`_base_manager` looks past the scope; only these doors do, and each has a test."""
    asked = {
        name_of(path)
        for path in python_files(*APPS)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr == "_base_manager"
    }

    assert asked == set(DOORS)
