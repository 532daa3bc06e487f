"""What our scripts and pages let a browser do with words, with its storage and with other windows."""

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, templates

SCRIPTS = sorted((ROOT / "web" / "static" / "js").glob("*.js"))
# What makes markup or code of a text.
MAKES_MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc"
)
RUNS_TEXT = re.compile(r"\beval\(|\bnew Function\(|setTimeout\(\s*[\"'`]|setInterval\(\s*[\"'`]|\bimport\((?![\"'])")
STORES = re.compile(r"(localStorage|sessionStorage|indexedDB|document\.cookie|caches)\b\.?(\w*)\(?([^,)\n]*)")
OF_THE_THEME = {("localStorage", "getItem", '"theme"'), ("localStorage", "setItem", '"theme"')}
GONE = re.compile(r"<(?:object|embed|applet|marquee|frame|frameset)\b", re.IGNORECASE)


def names_of(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


@pytest.mark.parametrize("script", SCRIPTS, ids=names_of(SCRIPTS))
def test_a_script_makes_no_markup_of_words_and_runs_no_text(script: Path) -> None:
    source = script.read_text(encoding="utf-8")

    assert MAKES_MARKUP.findall(source) == []
    assert RUNS_TEXT.findall(source) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=names_of(SCRIPTS))
def test_a_script_keeps_the_chosen_colours_in_the_browser_and_nothing_else(script: Path) -> None:
    kept = {match.groups() for match in STORES.finditer(script.read_text(encoding="utf-8"))}

    assert kept - OF_THE_THEME == set()


@pytest.mark.parametrize("script", SCRIPTS, ids=names_of(SCRIPTS))
def test_a_script_hears_its_own_pages_only(script: Path) -> None:
    """A BroadcastChannel reaches pages of this origin alone; `window.postMessage` would be heard by any."""
    source = script.read_text(encoding="utf-8")

    assert re.findall(r"(?:window|self|globalThis|parent|opener|top)\.(?:postMessage|onmessage)", source) == []
    assert re.findall(r"(?:window|self|document)\.addEventListener\(\s*[\"']message", source) == []
    assert len(re.findall(r"new BroadcastChannel", source)) >= bool(re.search(r"\bmessage[\"']", source))


@pytest.mark.parametrize("script", SCRIPTS, ids=names_of(SCRIPTS))
def test_a_script_fills_no_object_by_names_from_outside(script: Path) -> None:
    """`object[name] = value` with a name that came with a page would reach `__proto__`.

    What JSON.parse makes has no such member, and spreading it into a new object sets none.
    """
    source = script.read_text(encoding="utf-8")
    filled = re.findall(r"(\w+)\[(\w+)\]\s*=[^=]", source)

    assert [pair for pair in filled if not pair[1].isdigit()] == []
    assert re.findall(r"__proto__|Object\.assign\(\s*\{\}|\.constructor\b", source) == []


def test_the_searches_find_what_they_look_for() -> None:
    assert MAKES_MARKUP.search("box.innerHTML = name")
    assert RUNS_TEXT.search("eval(code)")
    assert STORES.search('sessionStorage.setItem("name", name)')
    assert GONE.search("<object data=x>")


def test_no_page_uses_what_browsers_have_given_up() -> None:
    pages = [path for path in templates() if path.suffix == ".html"]

    assert len(pages) > 50
    assert [path.name for path in pages if GONE.search(path.read_text(encoding="utf-8"))] == []
