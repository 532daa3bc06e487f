"""Hygiene of templates: no logic, no inline style or script, every word translatable, none forgotten."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.loader import get_template

from tests.house.tree import APPS, ROOT, name_of, python_files, templates

OURS = templates()
HTML = [path for path in OURS if path.suffix == ".html"]
# A template in one language holds its words itself: mails.
IN_ONE_LANGUAGE = re.compile(r"\.(fr|en)\.(txt|html)$")
# Words that are the same in every language: the product's name, and the languages' own names.
NAMES = {"Opposable", "Français", "English", "FR", "EN", "fr", "en"}
SPOKEN = {"alt", "aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "placeholder", "title"}
FOR_MACHINES = {"code", "pre", "script", "style"}
# Read by people who build pages, outside production only; its samples are the words.
FOR_BUILDERS = {"public/styleguide.html"}

# A block inside an attribute holds a class, not a word.
CLASS_BLOCK = re.compile(r"\{%\s*block\s+\w*class\s*%\}.*?\{%\s*endblock\s*\w*\s*%\}", re.DOTALL)
# Where markup comes in unescaped, and why nobody can have typed it.
UNESCAPED = {
    "forms/_help.html": "help texts stand in our code",
    "mfa/totp/activate_form.html": "the picture of the code, drawn by the server",
}
COMMENT = re.compile(r"\{%\s*comment\s*%\}.*?\{%\s*endcomment\s*%\}|\{#.*?#\}", re.DOTALL)
TRANSLATED = re.compile(r"\{%\s*blocktranslate\b.*?\{%\s*endblocktranslate\s*%\}", re.DOTALL)
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
LOADED = re.compile(r"\{%\s*load\s+([^%]*?)\s*%\}")
WORD = re.compile(r"[^\W\d_]{2,}")
REFERRED = re.compile(r"""["']([\w./-]+\.(?:html|txt))["']""")


def name_in_django(path: Path) -> str:
    """ "desk/now.html": the path below its templates folder."""
    parts = path.parts
    return "/".join(parts[parts.index("templates") + 1 :])


@cache
def source_of(path: Path) -> str:
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_a_template_compiles(path: Path) -> None:
    get_template(name_in_django(path))


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_one_load_a_line_and_no_escaping_turned_off(path: Path) -> None:
    source = source_of(path)

    assert [tags for tags in LOADED.findall(source) if len(tags.split()) > 1] == []
    assert not re.search(r"autoescape\s+off|\{%\s*(?:trans|blocktrans)\s", source)
    assert not re.search(r"\|\s*safe\b", source) or name_in_django(path) in UNESCAPED
    assert not re.search(r"blocktranslate(?![^%]*\btrimmed\b)(?![^%]*\bcount\b)[^%]*%\}\s*\n", source), "add «trimmed»"


class Markup(HTMLParser):
    """What stands in the markup once Django's tags are cut out: faults, and words that nobody translated."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.words: list[str] = []
        self.silent = 0  # how deep inside what is written for machines

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.silent += tag in FOR_MACHINES
        self.faults += [name for name in given if name == "style" or re.match(r"on[a-z]+$", name)]
        if tag == "style" or (tag == "script" and "src" not in given and given.get("type") != "application/json"):
            self.faults.append(f"bare <{tag}>")
        for name in SPOKEN & given.keys():
            self._hear(given[name] or "")
        if tag == "meta" and given.get("name") == "description":
            self._hear(given.get("content") or "")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in FOR_MACHINES

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self._hear(data)

    def _hear(self, text: str) -> None:
        self.words += [word for word in WORD.findall(text) if word not in NAMES]


def markup_of(path: Path) -> Markup:
    markup = Markup()
    markup.feed(TAG.sub("", TRANSLATED.sub("", CLASS_BLOCK.sub("", source_of(path)))))
    markup.close()
    return markup


@pytest.mark.parametrize("path", HTML, ids=name_of)
def test_no_inline_style_script_or_handler(path: Path) -> None:
    if IN_ONE_LANGUAGE.search(path.name) or "mail" in path.parts:
        return  # mail readers know inline styles only; no page shows these
    assert markup_of(path).faults == []


@pytest.mark.parametrize("path", HTML, ids=name_of)
def test_every_word_can_be_translated(path: Path) -> None:
    if IN_ONE_LANGUAGE.search(path.name) or name_in_django(path) in FOR_BUILDERS:
        return
    assert markup_of(path).words == []


COMPONENTS = [path for path in OURS if "components" in path.parts]


@pytest.mark.parametrize("path", COMPONENTS, ids=name_of)
def test_a_component_says_what_it_is_for(path: Path) -> None:
    head = path.read_text(encoding="utf-8").split("endcomment", maxsplit=1)[0]

    for part in ("{% comment %}", "Purpose:", "Variables:", "Example:"):
        assert part in head


def test_no_template_is_forgotten() -> None:
    names = {name_in_django(path) for path in OURS}
    referred = set(_referred())

    assert sorted(name for name in names if name not in referred and not _is_found_by_name(name)) == []


def _referred() -> Iterator[str]:
    for path in [*python_files(*APPS), *OURS]:
        source = path.read_text(encoding="utf-8") if path.suffix == ".py" else source_of(path)
        for name in REFERRED.findall(source):
            yield name
            if path.suffix == ".py" and path.is_relative_to(ROOT / "web"):
                yield f"{path.relative_to(ROOT / 'web').parts[0]}/{name}"  # an audience's views name the page alone


def _is_found_by_name(name: str) -> bool:
    """Error pages, the six parts of a mail (see test_notices), and what stands in for another package's template."""
    if re.match(r"\d{3}\.html$", name) or re.search(r"/mail/\w+/(?:subject|body)\.(?:fr|en)\.(?:txt|html)$", name):
        return True
    return any((package / "templates" / name).exists() for package in _other_packages())


@cache
def _other_packages() -> tuple[Path, ...]:
    import allauth
    import django.forms

    return Path(allauth.__file__).parent, Path(django.forms.__file__).parent


def test_the_search_for_words_finds_them(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('{% translate "Bien" %}<p title="{{ x }} Oublié" onclick="a()">Perdu {{ y }}</p>{# rien #}')

    assert markup_of(page).words == ["Oublié", "Perdu"]
    assert markup_of(page).faults == ["onclick"]


def test_templates_lie_where_django_finds_them() -> None:
    assert OURS
    assert not (ROOT / "templates").exists()
