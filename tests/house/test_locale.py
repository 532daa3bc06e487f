"""English is complete, and what is committed compiled is what stands in the source."""

import ast
import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.utils.translation.template import templatize

from tests.house.tree import APPS, ROOT, name_of, parsed, python_files, templates

PO = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
GETTEXT = {"gettext", "gettext_lazy", "_", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "gettext_noop"}
CALL = re.compile(r"(?<![\w.])(?:gettext|ngettext|pgettext|npgettext|_)\(")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@pytest.fixture(scope="module")
def english() -> polib.POFile:
    return polib.pofile(str(PO))


def test_no_message_is_empty_or_doubtful(english: polib.POFile) -> None:
    assert [entry.msgid for entry in english.untranslated_entries()] == []
    assert [entry.msgid for entry in english.fuzzy_entries()] == []
    assert [entry.msgid for entry in english.obsolete_entries()] == []


def test_every_sentence_has_its_english(english: polib.POFile) -> None:
    known = {entry.msgid for entry in english}

    assert sorted({message for message in sentences() if message not in known}) == []


def test_no_english_is_left_over(english: polib.POFile) -> None:
    used = set(sentences())

    assert sorted(entry.msgid for entry in english if entry.msgid not in used) == []


def test_both_languages_say_the_same_placeholders(english: polib.POFile) -> None:
    for entry in english:
        for french, translated in _twins(entry):
            assert sorted(PLACEHOLDER.findall(translated)) == sorted(PLACEHOLDER.findall(french)), entry.msgid


def test_the_compiled_file_is_what_the_source_compiles_to(english: polib.POFile) -> None:
    compiled = polib.mofile(str(PO.with_suffix(".mo")))

    assert {_key(entry): _text(entry) for entry in compiled} == {_key(entry): _text(entry) for entry in english}


def _twins(entry: polib.POEntry) -> list[tuple[str, str]]:
    """French and English: once, or for one and for many."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    return [(entry.msgid, entry.msgstr_plural[0]), (entry.msgid_plural, entry.msgstr_plural[1])]


def _key(entry: polib.MOEntry | polib.POEntry) -> tuple[str, str]:
    return entry.msgctxt or "", entry.msgid


def _text(entry: polib.MOEntry | polib.POEntry) -> object:
    return entry.msgstr_plural or entry.msgstr


def sentences() -> Iterator[str]:
    """Every message of the code and the templates that is put up for translation."""
    for path in python_files(*APPS):
        yield from _gettexts(parsed(path), name_of(path))
    for path in templates():
        yield from _of_template(path)


def _of_template(path: Path) -> Iterator[str]:
    """Django turns a template into code whose calls can be read."""
    code = templatize(path.read_text(encoding="utf-8"), origin=name_of(path))
    for found in CALL.finditer(code):
        yield from _gettexts(_first_call(code[found.start() :]), name_of(path))


def _first_call(code: str) -> ast.AST:
    """The call that the code begins with: it ends at the first parenthesis that makes it whole."""
    for end in (found.end() for found in re.finditer(r"\)", code)):
        with contextlib.suppress(SyntaxError):
            return ast.parse(code[:end])
    raise AssertionError(f"an unreadable call: {code[:60]}")


def _gettexts(tree: ast.AST, where: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in GETTEXT and node.args:
            message = node.args[1 if name.startswith("pgettext") else 0]
            assert isinstance(message, ast.Constant), f"{where}:{node.lineno} translates what is not written there"
            yield str(message.value)
