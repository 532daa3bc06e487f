"""`manage.py recompute_deadlines`: what it says to people and to programs."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from cases.models import Case
from tests.cases.conftest import OPPOSITION
from tests.cases.recomputing.conftest import NEW_DAY, Change


def _command(*words: str) -> str:
    out = io.StringIO()
    call_command("recompute_deadlines", *words, stdout=out)
    return out.getvalue()


def test_the_command_lists_codes_and_ends_with_the_counts(affected: Case, change_holidays: Change) -> None:
    change_holidays(NEW_DAY)

    said = _command("--preview", "--today", "2026-11-23")

    assert said.splitlines() == [
        f"union {affected.reference} {OPPOSITION} justificatif: 2026-12-23 -> 2026-12-24",
        "1 deadlines of 1 cases would move, 1 notices would be queued, 0 set aside.",
    ]


def test_after_apply_the_command_finds_nothing_left(affected: Case, change_holidays: Change) -> None:
    change_holidays(NEW_DAY)

    first, second = (_command("--apply", "--today", "2026-11-23").splitlines()[-1] for _ in range(2))

    assert first == "1 deadlines of 1 cases moved, 1 notices queued, 0 set aside."
    assert second == "0 deadlines of 0 cases moved, 0 notices queued, 0 set aside."


def test_for_programs_it_is_one_line_of_json(affected: Case, change_holidays: Change) -> None:
    change_holidays(NEW_DAY)

    [line] = _command("--preview", "--json", "--today", "2026-11-23").splitlines()

    assert json.loads(line) == {
        "deadlines": [
            {
                "association": "union",
                "case": affected.reference,
                "procedure": OPPOSITION,
                "key": "justificatif",
                "before": "2026-12-23",
                "after": "2026-12-24",
            }
        ],
        "moved": 1,
        "cases": 1,
        "notices": 1,
        "set_aside": 0,
    }


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Say one of the two"),
        (["--preview", "--apply"], "Say one of the two"),
        (["--preview", "--procedure", "dmp/rien"], "There is no procedure"),
        (["--apply", "--today", "demain"], "is not a day"),
    ],
)
def test_what_was_asked_wrongly_ends_with_code_2(words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as refused:
        _command(*words)

    assert refused.value.returncode == 2


def test_no_name_leaves_by_the_command(
    affected: Case, change_holidays: Change, caplog: pytest.LogCaptureFixture
) -> None:
    change_holidays(NEW_DAY)

    said = _command("--preview", "--today", "2026-11-23") + _command("--apply", "--json", "--today", "2026-11-23")

    assert "Zq" not in said + caplog.text
