"""The audit log: chained by the tick, proved by a command, its heads written outside."""

import json
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from accounts import actions, scope, tasks
from accounts.actions import audit
from accounts.actions.audit import chain_entries
from accounts.models import Association, AuditEntry, Membership
from accounts.rules.audit import AuditKind
from tests import database
from tests.accounts.conftest import record, rows, verified

pytestmark = pytest.mark.usefixtures("clock")

Tamper = Callable[..., None]


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
