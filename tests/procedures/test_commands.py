"""The commands that other programs rely on."""

import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from procedures.management.commands import compute_period, explain_deadline
from procedures.management.program import ProgramCommand
from tests.procedures.definition_text import spoiled

ROOT = Path(__file__).resolve().parents[2]
OPPOSITION = "mon-espace-sante/opposition"
PERIOD = {"--start": "2026-03-05", "--length": "P1M", "--rule": "eu_1182_71"}
HEAVY = ("rest_framework", "celery", "psycopg", "allauth", "cases", "accounts", "vault", "web", "sqlite3", "kombu")

Ran = tuple[int, str, str]
Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """(status, stdout, stderr) of a command line."""

    def ran(command: type[ProgramCommand], *arguments: str) -> Ran:
        status = 0
        try:
            command().run_from_argv(["manage.py", "the_command", *arguments])
        except SystemExit as ended:
            status = int(str(ended.code))
        return status, *capsys.readouterr()

    return ran


def period(**changes: str) -> list[str]:
    given = PERIOD | {f"--{name}": value for name, value in changes.items()}
    return [part for pair in given.items() for part in pair]


def read(ran: Ran) -> Any:
    status, out, err = ran
    assert (status, err, len(out.splitlines())) == (0, "", 1)
    return json.loads(out)


def test_a_period_is_one_line_of_json(run: Run) -> None:
    reply = read(run(compute_period.Command, *period(), "--json"))

    assert list(reply) == ["rule", "start", "length", "zone", "raw_end", "due", "skipped", "explanation"]
    assert (reply["zone"], reply["raw_end"], reply["due"]) == ("FR", "2026-04-05", "2026-04-07")


@pytest.mark.parametrize(
    ("arguments", "raw_end", "due"),
    [
        ([*period(start="2027-11-20"), "--zone", "FR-974"], "2027-12-20", "2027-12-21"),
        ([*period(start="2026-03-03"), "--zone", "FR-68", "--good-friday"], "2026-04-03", "2026-04-07"),
        ([*period(start="2026-03-03"), "--zone", "FR-68"], "2026-04-03", "2026-04-03"),
        ([*period(start="2026-03-03"), "--good-friday"], "2026-04-03", "2026-04-03"),
        ([*period(start="2026-06-21"), "--zone", "FR-971"], "2026-07-21", "2026-07-21"),
        ([*period(start="2026-06-21"), "--zone", "FR-971", "--customary"], "2026-07-21", "2026-07-22"),
        ([*period(), "--no-roll"], "2026-04-05", "2026-04-05"),
        (period(start="2026-01-15", length="P2M", rule="fr_franc", residence="overseas"), "2026-04-16", "2026-04-16"),
        (period(start="2026-01-15", length="P2M", rule="fr_franc", residence="abroad"), "2026-05-16", "2026-05-18"),
        (period(start="2024-02-29", length="P1Y", rule="fr_cpc"), "2025-02-28", "2025-02-28"),
        (period(start="1900-01-01", length="P0D", rule="fr_weeks"), "1900-01-01", "1900-01-01"),
        (period(start="2150-12-31", length="P50Y", rule="fr_cpc"), "2200-12-31", "2200-12-31"),
    ],
)
def test_each_choice_of_a_period_counts(run: Run, arguments: list[str], raw_end: str, due: str) -> None:
    reply = read(run(compute_period.Command, *arguments, "--json"))

    assert (reply["raw_end"], reply["due"]) == (raw_end, due)


def test_a_period_is_told_in_french_then_in_english(run: Run) -> None:
    status, out, err = run(compute_period.Command, *period())

    french, english = out.split("\n\n")
    assert (status, err) == (0, "")
    assert french.startswith("mardi 7 avril 2026\nDépart")
    assert english.startswith("Tuesday 7 April 2026\nStart")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (period(start="2026-02-30"), "«2026-02-30» is not a day of the calendar"),
        (period(start="2026-13-01"), "is not a day of the calendar"),
        (period(start="5 avril"), "is not a day of the calendar"),
        (period(start="1899-12-31"), "outside the years 1900 to 2150"),
        (period(start="2151-01-01"), "outside the years 1900 to 2150"),
        (period(start="2150-12-31", length="P50Y1D"), "after 2200"),
        (period(length="P9999Y"), "after 2200"),
        (period(length="P"), "«P» is not a period"),
        (period(length="6 weeks"), "is not a period"),
        (period(length="P1Y2X"), "is not a period"),
        (period(length="P" + "1" * 5000 + "D"), "is not a period"),
        (period(length="-P1M"), "expected one argument"),
        (period(rule="eu"), "«eu» is not a known rule: use one of fr_cpc, eu_1182_71"),
        (period(zone="FR-75"), "«FR-75» is not a known zone"),
        (period(zone="fr-974"), "is not a known zone"),
        (period(residence="overseas"), "counts with fr_franc only"),
        (period(rule="fr_franc", residence=""), "«» is not a known residence"),
        (["--start", "2026-03-05", "--rule", "fr_cpc"], "required: --length"),
        ([], "required: --start, --length, --rule"),
        ([*period(), "more"], "unrecognized arguments: more"),
        ([*period(), "two\nlines"], "unrecognized arguments: two lines"),
        ([*period(), "--res", "abroad"], "unrecognized arguments"),
    ],
)
def test_a_period_asked_wrongly_is_one_sentence_and_2(run: Run, arguments: list[str], complaint: str) -> None:
    status, out, err = run(compute_period.Command, *arguments)

    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert complaint in err


def test_deadlines_are_one_line_of_json(run: Run) -> None:
    reply = read(run(explain_deadline.Command, OPPOSITION, "--fact", "sent=2022-02-03", "--json"))

    assert [(one["key"], one["due"]) for one in reply] == [("opposer", "2022-03-17"), ("justificatif", None)]
    assert reply[0]["last_useful"] == {"phone": "2022-03-17T17:30:00"}


def test_one_deadline_alone_may_be_asked_for(run: Run) -> None:
    facts = ["--fact", "sent=2022-02-03..2022-02-10@memory", "--fact", "justificatif_asked=no"]

    (reply,) = read(run(explain_deadline.Command, OPPOSITION, "opposer", *facts, "--json"))

    assert reply["start"] == {"earliest": "2022-02-03", "latest": "2022-02-10", "known_by": "memory"}
    assert (reply["due_earliest"], reply["due_latest"], reply["due"]) == ("2022-03-17", "2022-03-24", "2022-03-17")


def test_the_key_of_a_deadline_may_come_last(run: Run) -> None:
    (reply,) = read(run(explain_deadline.Command, "--json", OPPOSITION, "--fact", "sent=2022-02-03", "opposer"))

    assert reply["due"] == "2022-03-17"


def test_an_extension_told_within_the_month_adds_two(run: Run) -> None:
    facts = [f"--fact={fact}" for fact in ("asked=2026-01-15", "extended=2026-02-10", "justificatif_asked=yes")]

    (reply,) = read(run(explain_deadline.Command, OPPOSITION, "justificatif", *facts, "--json"))

    assert reply["due"] == "2026-04-15"


def test_deadlines_are_told_in_french_then_in_english(run: Run) -> None:
    status, out, err = run(explain_deadline.Command, OPPOSITION, "--fact", "sent=2026-03-20")

    french, english = out.split("\n\n")
    assert (status, err) == (0, "")
    assert "S’opposer dans les six semaines : vendredi 1er mai 2026" in french
    assert "Recevoir le justificatif : pas de date" in french
    assert "Oppose within six weeks: Friday 1 May 2026" in english


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["mes"], "«mes» is not a known procedure: use one of mon-espace-sante/"),
        ([""], "«» is not a known procedure"),
        (["../../etc/passwd"], "is not a known procedure"),
        ([OPPOSITION, "oppose"], f"«oppose» is not a deadline of {OPPOSITION}: use one of opposer"),
        ([OPPOSITION, "--fact", "posted=2022-02-03"], "«posted» is not a known fact"),
        ([OPPOSITION, "--fact", "sent"], "write it like sent=2026-03-05"),
        ([OPPOSITION, "--fact", "sent=2022-02-30"], "is not a day of the calendar"),
        ([OPPOSITION, "--fact", "sent=2022-02-10..2022-02-03"], "2022-02-10 is after 2022-02-03"),
        ([OPPOSITION, "--fact", "sent=1899-12-31"], "outside the years"),
        ([OPPOSITION, "--fact", "sent=2022-02-03", "--fact", "sent=2022-02-04"], "sent is given twice"),
        ([OPPOSITION, "--fact", "deletion_requested=maybe"], "is not an answer to deletion_requested"),
        ([OPPOSITION, "--fact", " sent=2022-02-03"], "« sent» is not a known fact"),
        ([], "required: PROCEDURE"),
        ([OPPOSITION, "--fact"], "expected one argument"),
        ([OPPOSITION, "--today", "2026-01-01"], "unrecognized arguments"),
    ],
)
def test_deadlines_asked_wrongly_are_one_sentence_and_2(run: Run, arguments: list[str], complaint: str) -> None:
    status, out, err = run(explain_deadline.Command, *arguments)

    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert complaint in err


def test_a_definition_that_cannot_be_used_is_one_sentence_and_2(run: Run, tmp_path: Path, settings: Any) -> None:
    settings.PROCEDURE_FOLDERS = [tmp_path]
    (tmp_path / "essai").mkdir()
    (tmp_path / "essai" / "1.toml").write_text(spoiled('"P1M"', '"soon"'), encoding="utf-8")

    status, out, err = run(explain_deadline.Command, OPPOSITION)

    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert "'soon' is not a period" in err


def test_called_from_python_a_wrong_question_is_a_command_error() -> None:
    with pytest.raises(CommandError, match="is not a known procedure") as error:
        call_command("explain_deadline", "mes")

    assert error.value.returncode == 2


# As a program of its own


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The two packages that these commands need and nothing else: no settings file, no var, no other app."""
    folder = tmp_path / "copy"
    folder.mkdir()
    shutil.copy(ROOT / "manage.py", folder)
    for package in ("config", "procedures"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def started(
    folder: Path, *arguments: str, python: Sequence[str] = ("-B",), environment: Mapping[str, str] | None = None
) -> Ran:
    """With an environment of nothing, in a folder of nothing."""
    empty = folder.parent / "empty"
    empty.mkdir(exist_ok=True)
    command = [sys.executable, *python, str(folder / "manage.py"), *arguments]
    ended = subprocess.run(
        command, cwd=empty, env=environment or {}, capture_output=True, text=True, check=False, timeout=60
    )
    return ended.returncode, ended.stdout, ended.stderr


def tree(folder: Path) -> list[Path]:
    return sorted(folder.parent.rglob("*"))


@pytest.mark.parametrize(
    "arguments",
    [["compute_period", *period(), "--json"], ["explain_deadline", OPPOSITION, "--fact", "sent=2022-02-03", "--json"]],
)
def test_without_a_database_a_key_or_a_setting_it_answers_and_writes_nothing(copy: Path, arguments: list[str]) -> None:
    (copy.parent / "empty").mkdir()
    before = tree(copy)

    status, out, err = started(copy, *arguments)

    assert (status, err) == (0, "")
    assert json.loads(out)
    assert tree(copy) == before


def test_a_platform_s_settings_do_not_matter(copy: Path) -> None:
    wrong = {
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "VAR_DIR": "/proc/nowhere",
        "DATABASE_URL": "postgres://127.0.0.1:1/nothing",
        "VAULT_KEKS": "no key",
        "MEMBER_IDLE_MINUTES": "soon",
    }

    assert started(copy, "compute_period", *period(), "--json", environment=wrong)[0] == 0


def test_definitions_of_a_folder_named_in_the_environment_are_known(copy: Path, tmp_path: Path) -> None:
    place = tmp_path / "more" / "essai" / "demande"
    place.mkdir(parents=True)
    (place / "1.toml").write_text(spoiled("", ""), encoding="utf-8")

    asked = ["explain_deadline", "essai/demande", "--fact", "received=2026-03-05", "--json"]
    status, out, err = started(copy, *asked, environment={"PROCEDURE_FOLDERS": str(tmp_path / "more")})

    assert (status, err) == (0, "")
    assert json.loads(out)[0]["due"] == "2026-04-07"


def test_a_wrong_question_is_one_sentence_there_too(copy: Path) -> None:
    status, out, err = started(copy, "compute_period", *period(start="2026-02-30"))

    assert (status, out) == (2, "")
    assert err == "«2026-02-30» is not a day of the calendar: write it like 2026-11-23.\n"


@pytest.mark.parametrize("command", [["compute_period", *period()], ["explain_deadline", OPPOSITION]])
def test_it_loads_nothing_of_the_platform(copy: Path, command: list[str]) -> None:
    status, _, err = started(copy, *command, python=("-B", "-X", "importtime"))

    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in err.splitlines()}
    assert status == 0
    assert "procedures" in loaded
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.slow
def test_a_period_takes_less_than_a_second_of_the_processor(copy: Path) -> None:
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started(copy, "compute_period", *period(), "--json", python=())
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    assert min(spent) < 1
