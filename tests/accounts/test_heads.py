"""The heads of the audit logs, written outside: what is proved by them, and what is not."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command

from accounts import actions, tasks
from accounts.models import Association
from tests.accounts.conftest import record, rows, verified

pytestmark = pytest.mark.usefixtures("clock")

NO_HEADS = [
    b"nothing",
    b"[]",
    b"\xff\xfe",
    b'{"association": 1}',
    b'{"association": "1", "date": "", "hash": "x", "place": 1}',
    b"[" * 900,
    b"[" * 100_000,
    b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
]


@pytest.mark.parametrize("line", NO_HEADS, ids=range(len(NO_HEADS)))
def test_a_line_that_is_no_head_is_told_and_no_proof(chained: list[int], heads_file: Path, line: bytes) -> None:
    heads_file.write_bytes(heads_file.read_bytes() + line + b"\n")

    with pytest.raises(CommandError, match="1 lines of the file of heads are none") as told:
        call_command("verify_audit", stdout=StringIO())
    assert told.value.returncode == 1
    assert "changed" not in str(told.value)
    assert actions.write_heads(today=date(2099, 1, 1)) == 1


def test_heads_that_cannot_be_read_are_told(chained: list[int], heads_file: Path) -> None:
    heads_file.unlink()
    heads_file.mkdir()

    with pytest.raises(CommandError, match="cannot be read") as told:
        call_command("verify_audit", stdout=StringIO())
    assert told.value.returncode == 1


@pytest.mark.parametrize(("days", "code"), [(1, 0), (3, 1)])
def test_an_old_log_without_a_head_outside_is_not_proved(
    days: int, code: int, chained: list[int], heads_file: Path, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=days))
    verified(expect=0)
    heads_file.unlink()

    assert ("not proved" in verified(expect=code)) is bool(code)
    assert json.loads(verified(expect=code, json=True))["unproved"] is bool(code)


@pytest.mark.parametrize(("days", "code"), [(1, 0), (3, 1)])
def test_what_is_older_than_two_days_and_beyond_the_newest_head_is_not_proved(
    days: int, code: int, association: Association, now: datetime, chained: list[int], clock: time_machine.Traveller
) -> None:
    record(association, 1, at=now)
    tasks.chain()
    clock.shift(timedelta(days=days))

    assert ("1 heads: not proved" in verified(expect=code)) is bool(code)
    assert json.loads(verified(expect=code, json=True))["unproved"] is bool(code)


@pytest.mark.parametrize(("minutes", "code"), [(59, 0), (61, 1)])
def test_what_waits_for_its_place_for_an_hour_is_not_proved(
    minutes: int, code: int, association: Association, now: datetime, chained: list[int], clock: time_machine.Traveller
) -> None:
    record(association, 1, at=now)
    clock.move_to(now + timedelta(minutes=minutes))

    assert ("5 chained, 1 waiting, 1 heads: not proved" in verified(expect=code)) is bool(code)
    assert json.loads(verified(expect=code, json=True))["unchained"] is bool(code)
    if code:
        with pytest.raises(CommandError, match="Is chain_audit run every ten minutes"):
            call_command("verify_audit", stdout=StringIO())


def test_what_is_recorded_about_an_association_that_left_is_chained_and_has_its_head(
    association: Association, now: datetime, heads_file: Path, clock: time_machine.Traveller
) -> None:
    record(association, 1, at=now)
    Association.objects.filter(pk=association.pk).update(is_active=False)

    assert tasks.chain() == 1
    assert actions.write_heads(today=now.date()) == 1
    clock.shift(timedelta(days=9))
    assert "1 chained, 0 waiting, 1 heads: sound." in verified(expect=0)


def test_heads_are_written_once_a_day_and_logged(
    association: Association, now: datetime, today: date, heads_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    record(association, 2, at=now)
    tasks.chain()

    with caplog.at_level("INFO", logger="accounts.audit"):
        assert actions.write_heads(today=today) == 1
        assert actions.write_heads(today=today) == 0
    assert actions.write_heads(today=today + timedelta(days=1)) == 1

    lines = [json.loads(line) for line in heads_file.read_text().splitlines()]
    last = rows(association)[-1]
    assert lines[0] == {"date": today.isoformat(), "association": association.pk, "place": 2, "hash": last.hash}
    assert len(lines) == 2
    assert last.hash in caplog.text


def test_a_line_that_was_cut_short_hides_no_other(
    association: Association, now: datetime, today: date, heads_file: Path
) -> None:
    record(association, 2, at=now)
    tasks.chain()
    heads_file.parent.mkdir()
    heads_file.write_text('{"association": 1, "da')

    actions.write_heads(today=today)

    assert actions.read_heads(heads_file).unreadable == 1
    assert actions.read_heads(heads_file).known[association.pk] == {2: [rows(association)[-1].hash]}


def make_a_folder(path: Path) -> None:
    path.mkdir(parents=True)


def make_its_folder_a_file(path: Path) -> None:
    path.parent.touch()


@pytest.mark.parametrize("spoil", [make_a_folder, make_its_folder_a_file])
def test_heads_that_cannot_be_written_are_in_the_log_and_told(
    spoil: Callable[[Path], None],
    association: Association,
    now: datetime,
    heads_file: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    record(association, 1, at=now)
    spoil(heads_file)

    with (
        caplog.at_level("INFO", logger="accounts.audit"),
        pytest.raises(CommandError, match="cannot be written") as told,
    ):
        call_command("chain_audit", heads=True, stdout=StringIO())
    assert (told.value.returncode, str(heads_file) in str(told.value)) == (1, True)
    assert rows(association)[0].hash in caplog.text


def test_an_empty_log_has_no_head(association: Association, today: date, heads_file: Path) -> None:
    assert actions.write_heads(today=today) == 0
