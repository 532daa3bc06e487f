"""What turns words into code, commands, queries or objects is used nowhere, or in the one place that is named here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import APPS, imports_of, name_of, parsed, python_files

FILES = python_files(*APPS)
# They make objects, or follow references, that whoever wrote the bytes chooses.
READS_OBJECTS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "yaml", "plistlib"}
READS_XML = {"xml", "lxml", "xmltodict", "defusedxml"}
OTHER_LANGUAGES = {"ldap", "ldap3", "jinja2", "mako", "markdown", "bleach", "pymemcache", "memcache", "pylibmc"}
RUNS_WORDS = {"eval", "exec", "compile", "__import__"}
# Each starts a program of a fixed list of arguments, without a shell.
STARTS_PROGRAMS = {"config/copies/postgres.py", "config/serving.py", "config/supervisor.py", "vault/box/isolation.py"}
OF_OUR_OWN_SENTENCES = {
    "config/copies/restoring.py",
    "config/copies/postgres.py",
    "config/management/commands/create_roles.py",
    "observatory/rules/method.py",
    "procedures/rules/hours.py",
    "procedures/rules/sentences.py",
}
# The walls of a migration and copies of whole databases, made of names of tables; calls of the database's functions,
# which the doors of operators write out; and a command that executes itself.
WRITES_ITS_OWN_SQL = {
    "accounts/access/operating.py",
    "accounts/scope/walls.py",
    "config/copies/moving.py",
    "config/copies/postgres.py",
    "config/copies/sqlite.py",
    "procedures/management/program.py",
}
REGULAR = {"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"}


def calls() -> Iterator[tuple[Path, ast.Call]]:
    for path in FILES:
        yield from ((path, node) for node in ast.walk(parsed(path)) if isinstance(node, ast.Call))


def places(found: Iterator[tuple[Path, ast.Call]]) -> list[str]:
    return [f"{name_of(path)}:{call.lineno}" for path, call in found]


@pytest.mark.parametrize("names", [READS_OBJECTS, READS_XML, OTHER_LANGUAGES], ids=["objects", "xml", "languages"])
def test_no_reader_of_objects_of_xml_or_of_another_language_is_loaded(names: set[str]) -> None:
    found = [
        f"{name_of(path)}:{line} {name}"
        for path in FILES
        for line, name in imports_of(path)
        if name.partition(".")[0] in names
    ]

    assert found == []


def test_no_words_are_run() -> None:
    found = (pair for pair in calls() if isinstance(pair[1].func, ast.Name) and pair[1].func.id in RUNS_WORDS)

    assert places(found) == []


def test_sql_is_written_here_and_values_go_beside_it() -> None:
    """No raw queries of the ORM; what a cursor executes is a literal, or a constant of its module."""
    raw = (
        pair
        for pair in calls()
        if ast.unparse(pair[1].func).rpartition(".")[2] in {"raw", "extra", "RawSQL", "RunSQL", "executescript"}
    )
    typed = {
        name_of(path)
        for path, call in calls()
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"execute", "executemany"}
        and call.args
        and not is_written_here(call.args[0])
    }

    assert places(raw) == []
    assert typed == WRITES_ITS_OWN_SQL


def test_programs_are_started_without_a_shell_and_in_named_places() -> None:
    starters = {
        name_of(path)
        for path in FILES
        for _, name in imports_of(path)
        if name.partition(".")[0] in {"subprocess", "pty", "commands"} or name in {"os.system", "os.popen"}
    }
    shells = (pair for pair in calls() if any(word.arg == "shell" for word in pair[1].keywords))
    by_os = (
        pair
        for pair in calls()
        if isinstance(pair[1].func, ast.Attribute)
        and ast.unparse(pair[1].func) in {"os.system", "os.popen", "os.spawnl", "os.spawnv"}
    )

    assert starters == STARTS_PROGRAMS
    assert places(shells) == []
    assert places(by_os) == []


def test_a_pattern_is_written_here_and_never_by_somebody() -> None:
    """Each regular expression is a literal, or a constant of its module: nothing that was typed is read as one."""
    typed = (
        (path, call)
        for path, call in calls()
        if isinstance(call.func, ast.Attribute)
        and ast.unparse(call.func.value) == "re"
        and call.func.attr in REGULAR
        and not is_written_here(call.args[0])
    )

    assert places(typed) == []


def is_written_here(pattern: ast.expr) -> bool:
    """A literal, constants in capitals, what is escaped, and what a function of this file makes of a literal."""
    if isinstance(pattern, ast.Constant):
        return True
    if isinstance(pattern, ast.Name):
        return pattern.id.isupper()
    if isinstance(pattern, ast.Call):
        return ast.unparse(pattern.func) == "re.escape" or all(isinstance(arg, ast.Constant) for arg in pattern.args)
    if isinstance(pattern, ast.JoinedStr):
        return all(is_written_here(part) for part in pattern.values)
    return isinstance(pattern, ast.FormattedValue) and is_written_here(pattern.value)


def test_no_template_and_no_sentence_with_places_is_made_of_words_from_outside() -> None:
    """`Template(x)`, `from_string(x)`, `x.format(…)`: what stands in braces would be looked up.

    The places named take their sentences from our own tables, or put SQL together from quoted names.
    """
    made = (
        (path, call)
        for path, call in calls()
        if (isinstance(call.func, ast.Name) and call.func.id == "Template")
        or (isinstance(call.func, ast.Attribute) and call.func.attr in {"from_string", "format", "format_map"})
    )
    unknown = {
        name_of(path)
        for path, call in made
        if not (isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Constant))
    }

    assert unknown == OF_OUR_OWN_SENTENCES


def test_chance_that_protects_comes_from_the_operating_system() -> None:
    """The module `random` repeats itself; the demonstration alone wants that."""
    users = {name_of(path) for path in FILES for _, name in imports_of(path) if name.partition(".")[0] == "random"}

    assert users == {"web/demo/seed.py", "web/demo/stories.py"}
