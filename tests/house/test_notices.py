"""Every kind of notice says something in each language, and its subject tells a passer-by nothing."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from notifications.registry import all_kinds
from tests.house.tree import APPS, ROOT

LANGUAGES = [code for code, _ in settings.LANGUAGES]
PARTS = ["subject.{}.txt", "body.{}.txt", "body.{}.html"]
FOLDERS = sorted({path.parent for app in APPS for path in (ROOT / app).glob("templates/*/mail/*/subject.*.txt")})
# A screen lights up beside somebody: no subject may name what it is about.
TELLING = re.compile(
    r"santé|dossier médical|cl[oô]tur|vitale|m[ée]decin|relance|refus|retard|health|medical|oppos|record",
    re.IGNORECASE,
)


def templates_of(folder: Path) -> str:
    return "/".join(folder.parts[folder.parts.index("templates") + 1 :])


def test_there_are_kinds_and_each_has_its_folder() -> None:
    assert all_kinds()
    assert {kind.templates for kind in all_kinds()} <= {templates_of(folder) for folder in FOLDERS}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("folder", FOLDERS, ids=templates_of)
def test_every_part_exists_in_each_language(folder: Path, language: str) -> None:
    for part in PARTS:
        name = f"{templates_of(folder)}/{part.format(language)}"
        try:
            get_template(name)
        except TemplateDoesNotExist:
            pytest.fail(f"{name} is missing")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("folder", FOLDERS, ids=templates_of)
def test_a_subject_is_one_neutral_line(folder: Path, language: str) -> None:
    subject = (folder / f"subject.{language}.txt").read_text(encoding="utf-8").strip()

    assert 0 < len(subject) < 78
    assert "\n" not in subject
    assert not TELLING.search(subject), subject
    assert not re.search(r"\{\{(?!\s*code)", subject), "a subject names nobody"


@pytest.mark.parametrize("folder", FOLDERS, ids=templates_of)
def test_a_mail_holds_nothing_that_its_reader_would_fetch(folder: Path) -> None:
    for path in folder.glob("*.html"):
        assert not re.search(r"<img|<link|url\(|src=", path.read_text(encoding="utf-8")), path


def test_languages_are_the_two_of_the_platform() -> None:
    found: Any = {path.name.split(".")[1] for folder in FOLDERS for path in folder.iterdir()}

    assert found == set(LANGUAGES)
