"""The command that cleans files without a platform."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from tests.house.tree import ROOT
from tests.vault import pictures, samples

LABEL = f"Numero de securite sociale : {pictures.NIR}"


def run(*arguments: object, environment: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """With nothing in the environment but where programs are: no database, no key, no setting."""
    given = {"PATH": os.environ["PATH"], "OMP_THREAD_LIMIT": "1"} | (environment or {})
    command = [sys.executable, str(ROOT / "manage.py"), "redact_file", *map(str, arguments)]
    return subprocess.run(command, env=given, capture_output=True, text=True, check=False)


def lines(ended: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    assert (ended.returncode, ended.stderr) == (0, "")
    return [json.loads(line) for line in ended.stdout.splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    given = tmp_path / "in"
    given.mkdir()
    (given / "a.pdf").write_bytes(pictures.as_pdf(LABEL))
    (given / "b.JPG").write_bytes(pictures.as_jpeg(pictures.letter(LABEL)))
    (given / "locked.pdf").write_bytes(b"not a document")
    return given


def test_each_file_gets_a_verdict_and_its_result(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "deep"

    told = lines(run(folder, "--out", out, "--json"))

    assert [(one["file"], one["verdict"], one["code"], one["pages"]) for one in told] == [
        ("a.pdf", "SCELLE", "", 1),
        ("b.JPG", "SCELLE", "", 1),
        ("locked.pdf", "REFUSE", "type", 0),
    ]
    assert sorted(path.name for path in out.iterdir()) == ["a.pdf.pdf", "b.JPG.pdf", "locked.pdf.refused"]
    assert (out / "locked.pdf.refused").read_text() == "type\n"
    assert {path.stat().st_mode & 0o077 for path in out.iterdir()} == {0}
    assert sorted(path.name for path in folder.iterdir()) == ["a.pdf", "b.JPG", "locked.pdf"]


def test_a_line_says_what_was_hidden_and_where(folder: Path, tmp_path: Path) -> None:
    [told] = lines(run(folder / "a.pdf", "--out", tmp_path, "--json"))

    assert list(told) == ["file", "verdict", "code", "pages", "hidden", "cpu_s"]
    [hidden] = told["hidden"]
    assert (hidden["page"], hidden["kind"], hidden["certain"]) == (1, "nir", True)
    assert all(0 <= side <= 1 for point in hidden["polygon"] for side in point)
    assert 0 < told["cpu_s"] < 20
    with pypdfium2.PdfDocument(tmp_path / "a.pdf.pdf") as document:
        assert document[0].get_size() == (595.0, 842.0)


def test_people_get_one_line_a_file(folder: Path, tmp_path: Path) -> None:
    ended = run(folder, "--out", tmp_path / "out")

    assert ended.stdout.splitlines() == ["a.pdf: SCELLE", "b.JPG: SCELLE", "locked.pdf: REFUSE (type)"]


def test_what_an_earlier_run_said_of_a_file_is_replaced(tmp_path: Path) -> None:
    given, out = tmp_path / "a.pdf", tmp_path / "out"
    given.write_bytes(b"not a document")
    run(given, "--out", out)
    given.write_bytes(pictures.as_pdf(LABEL))

    assert run(given, "--out", out).returncode == 0

    assert [path.name for path in out.iterdir()] == ["a.pdf.pdf"]


WRONG: list[tuple[Sequence[str], str]] = [
    (["nowhere.pdf", "--out", "out"], "nowhere.pdf is neither a file nor a folder."),
    (["empty", "--out", "out"], "There is no file to work on."),
    (["a.pdf", "other/a.pdf", "--out", "out"], "Two files are called a.pdf: give them in two runs."),
    (["a.pdf", "--out", "a.pdf"], "a.pdf cannot be made: File exists."),
    (["a.pdf"], "the following arguments are required: --out"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG)
def test_a_wrong_question_is_one_sentence_and_status_2(arguments: Sequence[str], said: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    for name in ("a.pdf", "other/a.pdf"):
        (tmp_path / name).write_bytes(samples.pdf())

    ended = run(*[argument if argument.startswith("--") else tmp_path / argument for argument in arguments])

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.replace(f"{tmp_path}/", "").strip() == said


def test_where_nothing_can_be_boxed_nothing_is_analysed(folder: Path, tmp_path: Path) -> None:
    ended = run(folder, "--out", tmp_path / "out", environment={"PATH": "/nowhere"})

    assert ended.returncode == 1
    assert "bubblewrap" in ended.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_an_operator_may_write_out_that_limits_are_enough(folder: Path, tmp_path: Path) -> None:
    given = {"PATH": "/nowhere", "VAULT_ISOLATION": "rlimit-only"}

    [told] = lines(run(folder / "a.pdf", "--out", tmp_path, "--json", environment=given))

    assert told["verdict"] == "SCELLE"
