"""Killed, doubled, beside a colleague, or with many cases: it ends at the same rows, with the same few statements."""

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accounts import scope
from accounts.models import Membership
from accounts.rules.roles import Role
from cases import actions
from cases.actions import NewFact, Recomputed, recomputing
from cases.models import Case, CaseEvent, CaseFact, Deadline
from notifications.models import Notice
from tests import factories
from tests.cases.recomputing.conftest import MOVED_TO, NEW_DAY, Change, events_of, make_cases, run


def test_a_run_that_was_killed_ends_at_the_same_rows(
    asked: Callable[..., Case],
    today: date,
    now: datetime,
    change_holidays: Change,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(5):
        asked(on=today)
    change_holidays(NEW_DAY)
    monkeypatch.setattr(recomputing, "CHUNK", 2)
    write, calls = recomputing._write, []

    def killed(found: Any, *, at: datetime) -> int:
        calls.append(len(found))
        count = write(found, at=at)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return count

    monkeypatch.setattr(recomputing, "_write", killed)
    with pytest.raises(KeyboardInterrupt):
        run(today, now)
    done = run(today, now)

    assert len(done.moves) == 3
    assert set(Deadline.objects.filter(key="justificatif").values_list("due", flat=True)) == {MOVED_TO}
    assert CaseEvent.objects.filter(kind="deadline_moved", payload__cause="rule").count() == 5
    assert Notice.objects.filter(kind="deadline_moved").count() == 5


@pytest.mark.postgres
@pytest.mark.django_db
def test_two_hundred_cases_take_as_many_statements_as_one(
    volunteer: Membership, stranger: Membership, today: date, now: datetime, change_holidays: Change
) -> None:
    with scope.enter(volunteer.association_id):
        make_cases(volunteer, 1, today=today)
    change_holidays(NEW_DAY)
    with CaptureQueriesContext(connection) as one:
        assert len(run(today, now).moves) == 1
    change_holidays()
    run(today, now)
    with scope.enter(volunteer.association_id):
        Case.objects.all().update(closed_on=today, state="closed")
    with scope.enter(stranger.association_id):
        make_cases(stranger, 200, today=today)
    change_holidays(NEW_DAY)
    with CaptureQueriesContext(connection) as many:
        assert len(run(today, now).moves) == 200

    assert len(many) == len(one)


@pytest.mark.django_db
def test_the_reading_takes_as_many_statements_for_thirty_cases_as_for_one(
    affected: Case, asked: Callable[..., Case], today: date, now: datetime, change_holidays: Change
) -> None:
    change_holidays(NEW_DAY)
    with CaptureQueriesContext(connection) as one:
        run(today, now, applies=False)
    change_holidays()
    for _ in range(29):
        asked(on=today)
    change_holidays(NEW_DAY)
    with CaptureQueriesContext(connection) as many:
        assert len(run(today, now, applies=False).moves) == 30

    assert len(many) == len(one)


@pytest.fixture
def committed(transactional_db: None, today: date) -> Membership:
    """A volunteer whose association has twenty cases to move, committed."""
    membership = factories.make_membership(factories.make_association(), Role.VOLUNTEER)
    with scope.enter(membership.association_id):
        make_cases(membership, 20, today=today)
    return membership


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_concurrent_runs_move_each_day_once(
    committed: Membership, today: date, now: datetime, change_holidays: Change
) -> None:
    change_holidays(NEW_DAY)
    results: list[int] = []

    _together(*[lambda: results.append(len(run(today, now).moves))] * 4)

    assert sum(results) == 20
    with scope.enter(committed.association_id):
        assert CaseEvent.objects.filter(kind="deadline_moved", payload__cause="rule").count() == 20
        assert Notice.objects.filter(kind="deadline_moved").count() == 20


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_colleague_who_corrects_a_fact_meanwhile_is_not_written_over(
    committed: Membership,
    today: date,
    now: datetime,
    change_holidays: Change,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_holidays(NEW_DAY)
    read, found, corrected = recomputing._read, threading.Event(), threading.Event()
    results: list[Recomputed] = []
    with scope.enter(committed.association_id):
        case = Case.objects.order_by("pk")[0]

    def read_and_wait(ids: Any, *, locks: bool) -> Any:
        if locks:
            assert corrected.wait(10)
        rows = read(ids, locks=locks)
        found.set()
        return rows

    def correct() -> None:
        assert found.wait(10)
        fact = NewFact(kind="asked", earliest=today + timedelta(days=2), known_by="receipt")
        with scope.enter(committed.association_id):
            actions.record_facts(case, [fact], today=today, at=now, by=committed.user)
        corrected.set()

    monkeypatch.setattr(recomputing, "_read", read_and_wait)
    _together(lambda: results.append(run(today, now)), correct)

    [done] = results
    assert len(done.moves) == 19
    with scope.enter(committed.association_id):
        assert Deadline.objects.get(case=case, key="justificatif").due == date(2026, 12, 28)
        assert events_of(case) == []
        assert CaseFact.objects.current().get(case=case, kind="asked").earliest == today + timedelta(days=2)


def _together(*jobs: Callable[[], None]) -> None:
    def closing(job: Callable[[], None]) -> None:
        try:
            job()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=closing, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
