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
from vault.management.commands.redact_file import Command

LABEL = f"Numero de securite sociale : {pictures.NIR}"


def run(*arguments: object, environment: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """With nothing in the environment but where programs are: no database, no key, no setting."""
    given = {"PATH": os.environ["PATH"], "OMP_THREAD_LIMIT": "1"} | (environment or {})
    command = [sys.executable, str(ROOT / "manage.py"), "redact_file", *map(str, arguments)]
    return subprocess.run(command, env=given, capture_output=True, text=True, check=False)


def lines(ended: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    assert (ended.returncode, ended.stderr) == (0, "")
    return [json.loads(line) for line in ended.stdout.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    given = tmp_path_factory.mktemp("given")
    (given / "a.pdf").write_bytes(pictures.as_pdf(LABEL))
    (given / "b.JPG").write_bytes(pictures.as_jpeg(pictures.letter(LABEL)))
    (given / "locked.pdf").write_bytes(b"not a document")
    return given


@pytest.fixture(scope="module")
def once(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], Path]:
    """What a run said in JSON, and where its results lie, among those of an earlier run that said otherwise."""
    out = tmp_path_factory.mktemp("results") / "out" / "deep"
    out.mkdir(parents=True)
    (out / "a.pdf.refused").write_text("type\n")
    (out / "locked.pdf.pdf").write_bytes(pictures.as_pdf())
    return lines(run(folder, "--out", out, "--json")), out


@pytest.fixture(scope="module")
def by_limits(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> "subprocess.CompletedProcess[str]":
    """For people, without a box, into a folder that is not there yet."""
    out = tmp_path_factory.mktemp("limits") / "out" / "deep"
    return run(folder, "--out", out, environment={"PATH": "/nowhere", "VAULT_ISOLATION": "rlimit-only"})


def test_each_file_gets_a_verdict_and_its_result(folder: Path, once: tuple[list[dict[str, Any]], Path]) -> None:
    told, out = once

    assert [(one["file"], one["verdict"], one["code"], one["pages"]) for one in told] == [
        ("a.pdf", "SCELLE", "", 1),
        ("b.JPG", "SCELLE", "", 1),
        ("locked.pdf", "REFUSE", "type", 0),
    ]
    assert (out / "locked.pdf.refused").read_text() == "type\n"
    assert {path.stat().st_mode & 0o077 for path in out.iterdir()} == {0}
    assert sorted(path.name for path in folder.iterdir()) == ["a.pdf", "b.JPG", "locked.pdf"]


def test_a_line_says_what_was_hidden_and_where(once: tuple[list[dict[str, Any]], Path]) -> None:
    told, out = once[0][0], once[1]

    assert list(told) == ["file", "verdict", "code", "pages", "hidden", "cpu_s"]
    [hidden] = told["hidden"]
    assert (hidden["page"], hidden["kind"], hidden["certain"]) == (1, "nir", True)
    assert all(0 <= side <= 1 for point in hidden["polygon"] for side in point)
    assert 0 < told["cpu_s"] < 20
    with pypdfium2.PdfDocument(out / "a.pdf.pdf") as document:
        assert document[0].get_size() == (595.0, 842.0)


def test_what_an_earlier_run_said_of_a_file_is_replaced(once: tuple[list[dict[str, Any]], Path]) -> None:
    _, out = once

    assert sorted(path.name for path in out.iterdir()) == ["a.pdf.pdf", "b.JPG.pdf", "locked.pdf.refused"]


def test_people_get_one_line_a_file(by_limits: "subprocess.CompletedProcess[str]") -> None:
    assert by_limits.stdout.splitlines() == ["a.pdf: SCELLE", "b.JPG: SCELLE", "locked.pdf: REFUSE (type)"]


WRONG: list[tuple[Sequence[str], str]] = [
    (["nowhere.pdf", "--out", "out"], "nowhere.pdf is neither a file nor a folder."),
    (["empty", "--out", "out"], "There is no file to work on."),
    (["a.pdf", "other/a.pdf", "--out", "out"], "Two files are called a.pdf: give them in two runs."),
    (["a.pdf", "--out", "a.pdf"], "a.pdf cannot be made: File exists."),
    (["a.pdf"], "the following arguments are required: --out"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG)
def test_a_wrong_question_is_one_sentence_and_status_2(
    arguments: Sequence[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    for name in ("a.pdf", "other/a.pdf"):
        (tmp_path / name).write_bytes(samples.pdf())
    given = [argument if argument.startswith("--") else str(tmp_path / argument) for argument in arguments]

    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["manage.py", "redact_file", *given])

    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    assert told.err.replace(f"{tmp_path}/", "").strip() == said


def test_a_wrong_question_ends_the_process_in_the_same_way() -> None:
    ended = run("nowhere.pdf", "--out", "out")

    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"{WRONG[0][1]}\n")


def test_where_nothing_can_be_boxed_nothing_is_analysed(folder: Path, tmp_path: Path) -> None:
    ended = run(folder, "--out", tmp_path / "out", environment={"PATH": "/nowhere"})

    assert ended.returncode == 1
    assert "bubblewrap" in ended.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_an_operator_may_write_out_that_limits_are_enough(by_limits: "subprocess.CompletedProcess[str]") -> None:
    assert (by_limits.returncode, by_limits.stderr) == (0, "")
    assert "a.pdf: SCELLE" in by_limits.stdout
