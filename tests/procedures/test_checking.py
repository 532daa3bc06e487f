"""`check_procedures` and `diff_procedure`: what other programs and authors of definitions read."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.config.processes import ROOT
from tests.procedures.definition_text import KEY, RIGHT, spoiled, with_deadline_lines

# Place of the file, its text, the line told ("" when the file as a whole is meant), what the message holds.
MISTAKES: dict[str, tuple[str, str, str, str]] = {
    "bad TOML": ("a/toml/1.toml", 'title = "never closed', "1", "not TOML"),
    "unknown key": ("a/key/1.toml", spoiled("certainty =", 'titel = "x"\ncertainty ='), "2", "did you mean title?"),
    "no English": ("a/english/1.toml", spoiled('{ fr = "Rien", en = "Nothing" }', '{ fr = "Rien" }'), "12", "English"),
    "no French": ("a/french/1.toml", spoiled('fr = "Écrire", ', ""), "20", "missing French text"),
    "no period": ("a/period/1.toml", spoiled('"P1M"', '"soon"'), "26", "'soon' is not a period"),
    "unknown rule": ("a/rule/1.toml", spoiled("eu_1182_71", "eu_1182_17"), "27", "did you mean eu_1182_71?"),
    "unknown neighbour": (
        "a/neighbour/1.toml",
        with_deadline_lines('on_miss_procedure = "a/nowhere"'),
        "36",
        "unknown procedure 'a/nowhere'",
    ),
    "unknown start": ("a/start/1.toml", spoiled('"received"', '"recieved"'), "25", "did you mean received?"),
    "twice the same key": (
        "a/twice/1.toml",
        RIGHT.replace("[[sources]]", RIGHT[RIGHT.index("[[outcomes]]") : RIGHT.index("[[sources]]")] + "[[sources]]"),
        "36",
        "key 'answered' is used twice",
    ),
    "dates out of order": (
        "a/dates/1.toml",
        spoiled("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2025-12-31"),
        "5",
        "is before valid_from",
    ),
    "unknown outcome class": ("a/class/1.toml", spoiled("obtained_proven", "won"), "38", "use one of: obtained_proven"),
    "bad address": (
        "a/address/1.toml",
        spoiled('article_url = "https', 'article_url = "http'),
        "30",
        "write the whole address, beginning with https://",
    ),
    "a length without an end": (
        "a/length/1.toml",
        RIGHT.replace('length = "P1M"', 'length = "P5000Y"'),
        "26",
        "never ends before 2200",
    ),
    "an extension of nothing": (
        "a/extension/1.toml",
        RIGHT.replace('length = "P1M"', 'length = "P1M"\nextension = "P0D"'),
        "27",
        "adds nothing",
    ),
    "a procedure that follows itself": (
        "a/itself/1.toml",
        spoiled("certainty =", 'follows_on_miss = "a/itself"\ncertainty ='),
        "2",
        "names the procedure itself",
    ),
    "a number with a zero before": ("a/zero/01.toml", RIGHT, "", "the place does not name a version"),
    "a name in capitals": ("a/BIG/1.toml", RIGHT, "", "the place does not name a version"),
    "no version number": ("a/version/first.toml", RIGHT, "", "the place does not name a version"),
}


def put(folder: Path, text: str, *, place: str = f"{KEY}/1.toml") -> Path:
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def run(command: str, *arguments: str) -> tuple[int, list[str], str]:
    """(exit code, lines of the result, what is told beside it)."""
    out = StringIO()
    try:
        call_command(command, *arguments, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue().splitlines(), str(error)
    return 0, out.getvalue().splitlines(), ""


def test_our_definitions_can_all_be_used() -> None:
    assert run("check_procedures") == (0, ["10 procedures, 10 versions: all can be used."], "")


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    for place, text, _line, _told in MISTAKES.values():
        put(tmp_path, text, place=place)
    return tmp_path


def test_each_kind_of_mistake_is_one_line_with_its_file_line_and_mend(wrong: Path) -> None:
    code, lines, summary = run("check_procedures", str(wrong))

    assert (code, len(lines), summary) == (1, len(MISTAKES), f"{len(MISTAKES)} problems to mend.")
    for name, (place, _text, number, told) in MISTAKES.items():
        [found] = [line for line in lines if line.startswith(place)]
        assert found.startswith(f"{place}:{number}: " if number else f"{place}: "), (name, found)
        assert told in found, name
        assert "; " in found, name


def test_a_folder_outside_may_lead_to_our_procedures_and_to_its_own(tmp_path: Path) -> None:
    put(tmp_path, with_deadline_lines('on_miss_procedure = "cnil/plainte"'))
    put(tmp_path, with_deadline_lines(f'on_miss_procedure = "{KEY}"'), place="essai/autre/1.toml")

    assert run("check_procedures", str(tmp_path)) == (0, ["2 procedures, 2 versions: all can be used."], "")


def test_our_version_is_given_no_second_text(tmp_path: Path) -> None:
    put(tmp_path, RIGHT, place="cnil/plainte/1.toml")

    code, [line], _summary = run("check_procedures", str(tmp_path))

    assert code == 1
    assert line == ("cnil/plainte/1.toml: file: this version is already in another folder; give it a higher number")


@pytest.mark.parametrize("name", ["nowhere", "file.toml"])
def test_what_is_no_folder_is_told_in_one_sentence(name: str, tmp_path: Path) -> None:
    (tmp_path / "file.toml").touch()

    code, lines, told = run("check_procedures", str(tmp_path / name))

    assert (code, lines, len(told.splitlines())) == (2, [], 1)
    assert "is no folder" in told


@pytest.fixture
def versions(tmp_path: Path, settings: Settings) -> Path:
    """Version 2 renames, adds a channel and a line of advice, takes an outcome's proof away and is quicker."""
    settings.PROCEDURE_FOLDERS = [tmp_path]
    put(tmp_path, spoiled("certainty", 'advice = [{ fr = "Un", en = "One" }]\ncertainty'))
    newer = spoiled("certainty", 'advice = [{ fr = "Zéro", en = "Zero" }, { fr = "Un", en = "One" }]\ncertainty')
    email = RIGHT[RIGHT.index("[[channels]]") : RIGHT.index("[[deadlines]]")].replace('"letter"', '"email"')
    newer = newer.replace('fr = "Demander"', 'fr = "Réclamer"', 1).replace('"P1M"', '"P2W"')
    newer = newer.replace("[[deadlines]]", email + "[[deadlines]]").replace('"obtained_proven"', '"obtained_unproven"')
    return put(tmp_path, newer, place=f"{KEY}/2.toml")


@pytest.mark.usefixtures("versions")
def test_what_changed_is_told_by_path_in_both_languages() -> None:
    code, lines, _told = run("diff_procedure", KEY, "1", "2")

    assert code == 0
    assert lines[0] == f"{KEY}, from version 1 to version 2: 16 changes."
    for line in (
        "title.fr was «Demander» and is now «Réclamer».",
        "advice[1].fr is new: «Zéro».",
        "advice[1].en is new: «Zero».",
        "channels[email].title.en is new: «By letter».",
        "channels[email].steps[write].detail.fr is new: «Écrivez.».",
        "deadlines[answer].length was «P1M» and is now «P2W».",
        "outcomes[answered].class5 was «obtained_proven» and is now «obtained_unproven».",
    ):
        assert line in lines
    assert not [line for line in lines if "advice[2]" in line or "[letter]" in line]


@pytest.mark.usefixtures("versions")
def test_the_way_back_tells_what_is_gone() -> None:
    _code, lines, _told = run("diff_procedure", KEY, "2", "1")

    assert "advice[1].fr is gone: it was «Zéro»." in lines
    assert "channels[email].title.en is gone: it was «By letter»." in lines


@pytest.mark.usefixtures("versions")
def test_a_program_reads_one_line_of_json() -> None:
    _code, [line], _told = run("diff_procedure", KEY, "1", "2", "--json")

    told = json.loads(line)
    assert told | {"changes": 0} == {"key": KEY, "before": 1, "after": 2, "changes": 0}
    assert {"path": "title.fr", "before": "Demander", "after": "Réclamer"} in told["changes"]
    assert {"path": "advice[1].en", "before": None, "after": "Zero"} in told["changes"]


def test_the_same_version_has_no_change() -> None:
    assert run("diff_procedure", "taj/acces", "1", "1") == (
        0,
        ["taj/acces, from version 1 to version 1: no change."],
        "",
    )


@pytest.mark.parametrize(
    ("key", "version", "told"),
    [
        ("taj/rien", "1", "There is no procedure «taj/rien»"),
        ("taj/acces", "9", "taj/acces has no version «9»: it has 1."),
        ("taj/acces", "one", "taj/acces has no version «one»: it has 1."),
    ],
)
def test_an_unknown_procedure_or_version_is_told_in_one_sentence(key: str, version: str, told: str) -> None:
    code, lines, sentence = run("diff_procedure", key, version, version)

    assert (code, lines, len(sentence.splitlines())) == (2, [], 1)
    assert sentence.startswith(told)


@pytest.mark.parametrize("command", [["check_procedures"], ["diff_procedure", "taj/acces", "1", "1"]])
def test_no_database_no_key_and_no_folder_of_data_is_needed_or_made(command: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "var"

    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
    assert not folder.exists()
