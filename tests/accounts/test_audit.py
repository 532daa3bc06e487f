"""The audit log: chained by the tick, proved by a command, its heads written outside."""

import json
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from accounts import actions, scope, tasks
from accounts.actions import audit
from accounts.actions.audit import chain_entries
from accounts.models import Association, AuditEntry, Membership
from accounts.rules.audit import About, AuditKind, Why
from tests import database

pytestmark = pytest.mark.usefixtures("clock")

Tamper = Callable[..., None]


@pytest.fixture
def heads_file(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_HEADS_FILE = str(tmp_path / "heads" / "audit.jsonl")
    return Path(settings.AUDIT_HEADS_FILE)


def record(association: Association, count: int, *, at: datetime, by: Membership | None = None) -> None:
    with scope.enter(association.pk):
        for number in range(count):
            AuditEntry.objects.record(
                AuditKind.CASE_CONSULTED,
                at=at + timedelta(seconds=number, microseconds=5),
                by=by.user if by else None,
                about=About.CASE,
                about_id=number,
                why=Why.QUEUE,
                é="è",
                n=number,
            )


def rows(association: Association) -> list[AuditEntry]:
    with scope.enter(association.pk):
        return list(AuditEntry.objects.order_by("pk"))


def verified(*, expect: int, **options: Any) -> str:
    """What the command says on stdout; `expect` is its exit code."""
    out = StringIO()
    try:
        call_command("verify_audit", stdout=out, **options)
        code = 0
    except CommandError as error:
        code = error.returncode
    assert code == expect, out.getvalue()
    return out.getvalue()


def test_entries_are_chained_by_the_task_and_hold(
    association: Association, coordinator: Membership, now: datetime, heads_file: Path
) -> None:
    record(association, 5, at=now, by=coordinator)
    assert {row.hash for row in rows(association)} == {""}

    assert tasks.chain() == 5
    assert tasks.chain() == 0

    assert [row.place for row in rows(association)] == [1, 2, 3, 4, 5]
    alone = "no head outside: a rewritten chain would not show"
    assert verified(expect=0) == f"union: 5 chained, 0 waiting, 0 heads: sound; {alone}.\n"
    actions.write_heads(today=now.date())
    assert verified(expect=0) == "union: 5 chained, 0 waiting, 1 heads: sound.\n"


def test_each_association_has_its_own_chain(
    association: Association, other_association: Association, now: datetime, heads_file: Path
) -> None:
    record(association, 2, at=now)
    record(other_association, 3, at=now)

    tasks.chain()

    assert [row.place for row in rows(other_association)] == [1, 2, 3]
    lines = verified(expect=0, json=True).splitlines()
    assert [(line["slug"], line["chained"]) for line in map(json.loads, lines)] == [("union", 2), ("autre", 3)]
    assert "autre" not in verified(expect=0, association="union")


def test_what_is_recorded_later_goes_on_from_there(association: Association, now: datetime, heads_file: Path) -> None:
    record(association, 2, at=now)
    tasks.chain()
    record(association, 2, at=now)
    tasks.chain()

    assert [row.place for row in rows(association)] == [1, 2, 3, 4]
    verified(expect=0)


def test_the_command_does_what_the_task_does(association: Association, now: datetime, heads_file: Path) -> None:
    record(association, 3, at=now)

    call_command("chain_audit", heads=True)

    assert [row.place for row in rows(association)] == [1, 2, 3]
    assert len(heads_file.read_text().splitlines()) == 1


def test_recording_takes_no_lock_for_the_chain(association: Association, now: datetime) -> None:
    with scope.enter(association.pk):
        entry = AuditEntry.objects.record(AuditKind.SEARCHED, at=now, by=None, found=1)

    assert (entry.place, entry.hash) == (None, "")


def test_an_association_that_cannot_be_chained_stops_no_other(
    association: Association,
    other_association: Association,
    now: datetime,
    heads_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    record(association, 1, at=now)
    record(other_association, 2, at=now)
    first = association.pk

    def chain_one(pk: int) -> int:
        return 1 // (pk != first) and chain_entries(pk)

    monkeypatch.setattr(audit, "chain_entries", chain_one)
    with caplog.at_level("ERROR", logger="accounts.audit"):
        assert tasks.chain() == 2
        assert actions.write_heads(today=now.date()) == 1

    assert f"set aside association {first}: ZeroDivisionError" in caplog.text
    assert "1 associations in all" in caplog.text
    assert [row.place for row in rows(association)] == [None]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_tickers_at_once_never_fork_the_chain(association: Association, now: datetime, heads_file: Path) -> None:
    record(association, 300, at=now)
    start, done, failed = threading.Barrier(4), list[int](), list[Exception]()

    def tick() -> None:
        start.wait()
        try:
            done.append(actions.chain_all())
        except Exception as error:  # noqa: BLE001  the test tells it
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (failed, sum(done)) == ([], 300)
    assert sorted(row.place or 0 for row in rows(association)) == list(range(1, 301))
    verified(expect=0)


# Tampering, by whoever owns the tables


@pytest.fixture
def tamper(transactional_db: None) -> Tamper:
    """`tamper("UPDATE ...", *params)`: raw SQL as the owner, whom no trigger stops."""

    def run(sql: str, *params: str | int | None) -> None:
        if connection.vendor == "postgresql":
            with database.connect_as_owner() as opened:
                opened.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER USER")
                opened.execute(sql, params)
                opened.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER USER")
            return
        with connection.cursor() as cursor:
            cursor.execute(sql, params)

    return run


@pytest.fixture
def chained(transactional_db: None, association: Association, now: datetime, heads_file: Path) -> list[int]:
    """The ids of five chained entries whose head was written outside."""
    record(association, 5, at=now)
    tasks.chain()
    actions.write_heads(today=now.date())
    return [row.pk for row in rows(association)]


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'searched'",
        "at = '2020-01-01 00:00:00+00:00'",
        "about_id = '99'",
        "about = 'export'",
        "why = 'assigned'",
        "payload = '{\"n\": 99}'",
        "payload = '{}'",
    ],
)
def test_any_edit_is_found(change: str, chained: list[int], tamper: Tamper) -> None:
    tamper(f"UPDATE accounts_auditentry SET {change} WHERE id = %s", chained[2])

    assert "edited at place 3." in verified(expect=1)


def test_another_author_is_found(chained: list[int], tamper: Tamper, coordinator: Membership) -> None:
    author = coordinator.user_id if connection.vendor == "postgresql" else coordinator.user_id.hex
    tamper("UPDATE accounts_auditentry SET by_id = %s WHERE id = %s", author, chained[0])

    assert "edited at place 1" in verified(expect=1)


def test_a_gap_is_found(chained: list[int], tamper: Tamper) -> None:
    tamper("DELETE FROM accounts_auditentry WHERE id = %s", chained[1])

    assert "CHANGED: gap at place 2." in verified(expect=1)


def test_a_gap_closed_by_counting_anew_is_found(chained: list[int], tamper: Tamper) -> None:
    tamper("DELETE FROM accounts_auditentry WHERE id = %s", chained[1])
    for place, pk in enumerate(chained[2:], 2):
        tamper("UPDATE accounts_auditentry SET place = %s WHERE id = %s", place, pk)

    assert "edited at place 2" in verified(expect=1)


def test_another_order_is_found(chained: list[int], tamper: Tamper) -> None:
    for place, pk in ((99, chained[1]), (2, chained[2]), (3, chained[1])):
        tamper("UPDATE accounts_auditentry SET place = %s WHERE id = %s", place, pk)

    assert "edited at place 2, edited at place 3" in verified(expect=1)


def test_a_cut_end_is_found_by_the_head_outside(chained: list[int], tamper: Tamper, heads_file: Path) -> None:
    tamper("DELETE FROM accounts_auditentry WHERE id IN (%s, %s)", *chained[3:])

    assert "CHANGED: cut at place 4." in verified(expect=1)
    heads_file.unlink()
    verified(expect=0)  # without its head a shorter chain looks whole: that is what the file is for


def test_an_emptied_log_is_found(chained: list[int], tamper: Tamper) -> None:
    tamper("DELETE FROM accounts_auditentry")

    assert "cut at place 1" in verified(expect=1)


def test_a_chain_written_anew_from_an_edit_is_found_by_its_head(chained: list[int], tamper: Tamper) -> None:
    tamper("UPDATE accounts_auditentry SET about_id = '99' WHERE id = %s", chained[2])
    tamper("UPDATE accounts_auditentry SET place = NULL, hash = '' WHERE id >= %s", chained[2])
    tasks.chain()

    assert "CHANGED: replaced at place 5." in verified(expect=1)


def written_over(heads_file: Path, **change: object) -> None:
    """One more line of the file, made from its last."""
    head = json.loads(heads_file.read_text().splitlines()[-1])
    with heads_file.open("a") as file:
        file.write(json.dumps(head | change) + "\n")


def test_a_later_head_for_the_same_place_changes_no_proof_and_is_found(
    association: Association, chained: list[int], tamper: Tamper, heads_file: Path
) -> None:
    tamper("UPDATE accounts_auditentry SET about_id = '99' WHERE id = %s", chained[2])
    tamper("UPDATE accounts_auditentry SET place = NULL, hash = '' WHERE id >= %s", chained[2])
    tasks.chain()
    written_over(heads_file, hash=rows(association)[-1].hash)

    assert "CHANGED: replaced at place 5, contradicted at place 5." in verified(expect=1)


def test_a_head_that_was_written_twice_is_no_fault(chained: list[int], heads_file: Path) -> None:
    written_over(heads_file, date="2099-01-01")

    assert "sound." in verified(expect=0)


def test_heads_of_an_association_that_is_not_there_are_found(chained: list[int], heads_file: Path) -> None:
    written_over(heads_file, association=987)

    assert "#987: 0 chained, 0 waiting, 1 heads: CHANGED: gone at place 1." in verified(expect=1)
    assert "#987" not in verified(expect=0, association="union")


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


def test_an_unknown_kind_is_found(association: Association, now: datetime, chained: list[int], tamper: Tamper) -> None:
    record(association, 1, at=now)
    tamper("UPDATE accounts_auditentry SET kind = 'nothing' WHERE hash = ''")
    tasks.chain()

    assert "unknown_kind at place 6" in verified(expect=1)


def test_an_unknown_association_or_file_is_no_proof(association: Association, heads_file: Path) -> None:
    for said, options in [("such association", {"association": "nulle-part"}), ("of heads", {"heads": "/nulle/part"})]:
        with pytest.raises(CommandError, match=said) as refused:
            call_command("verify_audit", **options)
        assert refused.value.returncode == 2


def test_a_place_is_taken_once(chained: list[int], tamper: Tamper) -> None:
    with pytest.raises((IntegrityError, Exception), match=r"(?i)unique"):
        tamper("UPDATE accounts_auditentry SET place = 1 WHERE id = %s", chained[1])


# Heads


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
