from datetime import date
from pathlib import Path

import pytest
from pytest_django import Settings

from procedures import registry
from procedures.checks import bad_definitions, check_definitions
from procedures.rules.reading import BadDefinition
from tests.procedures.definition_text import KEY, RIGHT, spoiled


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.PROCEDURE_FOLDERS = [tmp_path]
    return tmp_path


def put(folder: Path, text: str = RIGHT, *, place: str = f"{KEY}/1.toml") -> Path:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def complaints() -> list[str]:
    return [f"{message.obj}: {message.msg}. {message.hint}" for message in check_definitions(None)]


def test_our_ten_procedures_are_on_the_shelf_children_first_and_the_retired_one_last() -> None:
    assert [definition.key for definition in registry.all_current()] == [
        "mon-espace-sante/opposition-enfant",
        "mon-espace-sante/opposition",
        "mon-espace-sante/cloture",
        "rgpd/acces",
        "rgpd/effacement",
        "cnil/plainte",
        "snds/opposition",
        "taj/acces",
        "linky/courbe-de-charge",
        "bloctel/opposition",
    ]


def test_definitions_are_read_once_per_process() -> None:
    assert registry.current("mon-espace-sante/cloture") is registry.current("mon-espace-sante/cloture")


def test_a_procedure_is_added_without_code(folder: Path) -> None:
    put(folder)

    definition = registry.current(KEY)

    assert (definition.key, definition.version, definition.title.en) == (KEY, 1, "Ask")
    assert definition in registry.all_current()
    assert complaints() == []


def test_an_old_version_stays_while_the_newest_is_current(folder: Path) -> None:
    put(folder, place=f"{KEY}/1.toml")
    put(folder, spoiled('en = "Ask"', 'en = "Claim"'), place=f"{KEY}/2.toml")
    put(folder, spoiled('en = "Ask"', 'en = "Demand"'), place=f"{KEY}/10.toml")

    assert registry.current(KEY).version == 10
    assert registry.version(KEY, 1).title.en == "Ask"
    assert [one.version for one in registry.all_current() if one.key == KEY] == [10]


@pytest.mark.parametrize("key", ["", "essai", "mon-espace-sante", "../secrets"])
def test_an_unknown_procedure_is_a_lookup_error(key: str) -> None:
    with pytest.raises(registry.UnknownProcedure):
        registry.current(key)


def test_an_unknown_version_is_a_lookup_error() -> None:
    with pytest.raises(registry.UnknownProcedure, match="has no version 99"):
        registry.version("mon-espace-sante/cloture", 99)


def test_a_retired_procedure_opens_no_case_but_can_be_read(folder: Path) -> None:
    put(folder, spoiled("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2026-08-10"))

    retired = registry.current(KEY)

    assert retired.can_be_opened(date(2026, 8, 10))
    assert not retired.can_be_opened(date(2026, 8, 11))
    assert not retired.can_be_opened(date(2025, 12, 31))


def test_the_check_tells_every_file_that_cannot_be_used(folder: Path) -> None:
    put(folder, spoiled('"P1M"', '"soon"'), place="essai/periode/1.toml")
    put(folder, 'title = "never closed', place="essai/toml/1.toml")
    put(folder, place="essai/nom/first.toml")
    put(folder, spoiled("certainty", 'follows_on_miss = "essai/rien"\ncertainty'), place="essai/suite/1.toml")

    found = "\n".join(complaints())

    line = RIGHT.splitlines().index('length = "P1M"') + 1
    assert f"essai/periode/1.toml: line {line}, deadlines[answer].length: 'soon' is not a period. write P6W" in found
    assert "essai/toml/1.toml: line 1, file: not TOML" in found
    assert "essai/nom/first.toml: file: the place does not name a version of a procedure" in found
    assert "essai/suite/1.toml: line 2, follows_on_miss: unknown procedure 'essai/rien'. use one of:" in found
    assert len(complaints()) == 4


def test_the_check_tells_a_missing_folder_and_a_version_held_twice(tmp_path: Path) -> None:
    put(tmp_path / "one")
    put(tmp_path / "two")

    found = [str(error) for error in bad_definitions([tmp_path / "one", tmp_path / "two", tmp_path / "three"])]

    assert len(found) == 2
    assert "this version is already in another folder" in found[0]
    assert "no such folder" in found[1]


def test_a_bad_file_stops_the_shelf_rather_than_showing_half_of_it(folder: Path) -> None:
    put(folder, spoiled('"P1M"', '"soon"'))

    with pytest.raises(BadDefinition):
        registry.current(KEY)
