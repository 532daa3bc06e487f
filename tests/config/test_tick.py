"""`manage.py tick`: all that is due, from cron alone, by any number of tickers, after any pause."""

import io
import json
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import actions as actions_of_jobs
from accounts import scope
from accounts.models import JobRun, Membership
from cases.models import Case, CaseEvent, EvidenceRoot
from config import celery, ticking
from config.jobs import JOBS, ROUTES, Daily
from notifications.models import Notice, NoticeState
from tests import factories
from tests.config.tickers import environment, ticked
from tests.notifications.conftest import Sink, sink
from tests.vault.conftest import store
from tests.whole import WHOLE

__all__ = ["sink", "store"]

pytestmark = pytest.mark.django_db
SLOW = [key for key, often in JOBS.items() if isinstance(often, Daily) or often.seconds > 60]


@pytest.fixture
def late(volunteer: Membership, today: date, now: datetime) -> Case:
    """An answer that was due on the 24th."""
    campaign = factories.make_campaign(volunteer.association, today=today)
    return factories.make_case(campaign, by=volunteer.user, today=today, at=now)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, datetime]]:
    """In place of the jobs: who was asked, and with which instant."""
    asked = list[tuple[str, datetime]]()

    def noted(key: str, now: datetime) -> int:
        asked.append((key, now))
        return 0

    monkeypatch.setattr(ticking, "_work_of", lambda key: partial(noted, key))
    return asked


def spoken(**options: Any) -> dict[str, Any]:
    out = io.StringIO()
    call_command("tick", json=True, stdout=out, **options)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


@pytest.mark.django_db(transaction=True)
def test_it_does_every_job_of_the_beat(store: Path, sink: Sink, now: datetime) -> None:
    told = spoken(now=now.isoformat())

    assert set(told["done"]) == set(celery.BEAT_TABLE) == set(JOBS)
    assert (told["failed"], told["busy"], told["resting"]) == ({}, [], [])
    assert told["now"] == now.isoformat()


def test_the_next_minute_only_what_runs_each_minute_is_done(work: list[tuple[str, datetime]], now: datetime) -> None:
    ticking.tick(now=now)
    work.clear()

    done = ticking.tick(now=now + timedelta(minutes=1))

    assert sorted(done.resting) == sorted(SLOW)
    assert {key for key, _ in work} == set(JOBS) - set(SLOW)


def test_each_job_is_given_the_ticks_now(work: list[tuple[str, datetime]], now: datetime) -> None:
    ticking.tick(now=now)

    assert all(now <= given < now + timedelta(minutes=2) for _, given in work)


@pytest.mark.django_db(transaction=True)  # it is followed by a look whether the connection is still good
def test_one_failing_job_stops_no_other_is_told_and_tried_again(
    work: list[tuple[str, datetime]], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    sound = ticking._work_of

    def broken(now: datetime) -> int:
        raise OSError("Zq-secret")

    monkeypatch.setattr(ticking, "_work_of", lambda key: broken if key == "cases.sweep" else sound(key))
    with pytest.raises(CommandError, match=r"cases\.sweep") as failure:
        spoken(now=now.isoformat())

    assert failure.value.returncode == 1
    assert "Zq-secret" not in str(failure.value)
    assert {key for key, _ in work} == set(JOBS) - {"cases.sweep"}
    assert JobRun.objects.get(pk="cases.sweep").done_at is None
    monkeypatch.setattr(ticking, "_work_of", sound)
    assert "cases.sweep" in ticking.tick(now=now + timedelta(minutes=10)).done


def test_rows_that_failed_alone_are_told_and_end_it_with_one(
    work: list[tuple[str, datetime]], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    sound = ticking._work_of

    def partly(now: datetime) -> dict[str, int]:
        return {"flagged": 4, "set_aside": 2}

    monkeypatch.setattr(ticking, "_work_of", lambda key: partly if key == "cases.sweep" else sound(key))
    with pytest.raises(CommandError, match=r"2 in cases\.sweep\.") as failure:
        spoken(now=now.isoformat())

    assert failure.value.returncode == 1
    assert {key for key, _ in work} == set(JOBS) - {"cases.sweep"}
    assert JobRun.objects.get(pk="cases.sweep").done_at is not None
    assert "cases.sweep" in ticking.tick(now=now + timedelta(minutes=1)).resting


@pytest.mark.django_db(transaction=True)  # as above
def test_a_failed_job_and_rows_that_failed_alone_are_told_together(
    work: list[tuple[str, datetime]], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    sound = ticking._work_of

    def broken(now: datetime) -> int:
        raise OSError

    def partly(now: datetime) -> dict[str, int]:
        return {"set_aside": 3}

    odd = {"cases.sweep": partly, "notifications.deliver": broken}
    monkeypatch.setattr(ticking, "_work_of", lambda key: odd.get(key) or sound(key))
    with pytest.raises(CommandError) as failure:
        spoken(now=now.isoformat())

    assert "next tick: notifications.deliver." in str(failure.value)
    assert "next run: 3 in cases.sweep." in str(failure.value)


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "1999-12-31T10:00", "2300-01-01"])
def test_what_is_no_instant_is_refused_and_nothing_done(work: list[tuple[str, datetime]], text: str) -> None:
    with pytest.raises(CommandError, match="is not an instant") as refusal:
        call_command("tick", now=text)

    assert refusal.value.returncode == 2
    assert work == []
    assert not JobRun.objects.exists()


@pytest.mark.usefixtures("clock")
def test_an_instant_to_come_is_warned_of(work: list[tuple[str, datetime]], now: datetime) -> None:
    said = io.StringIO()

    call_command("tick", now=(now + timedelta(hours=1)).isoformat(), stdout=io.StringIO(), stderr=said)
    assert said.getvalue() == ""
    call_command("tick", now=(now + timedelta(days=40)).isoformat(), stdout=io.StringIO(), stderr=said)

    assert "still to come" in said.getvalue()


def test_a_job_that_another_ticker_is_at_is_left_to_it(work: list[tuple[str, datetime]], now: datetime) -> None:
    with ticking._lock("cases.sweep") as is_ours:
        assert is_ours
        done = ticking.tick(now=now)

    assert done.busy == ["cases.sweep"]
    assert "cases.sweep" not in {key for key, _ in work}
    assert "cases.sweep" in ticking.tick(now=now).done


def test_what_a_worker_did_is_not_done_again(work: list[tuple[str, datetime]]) -> None:
    celery.app.loader.import_default_modules()
    for key in JOBS:
        celery.note_done(sender=celery.app.tasks[key])

    assert {row.pk for row in JobRun.objects.all()} == set(JOBS) - set(ROUTES)
    told = spoken()
    assert sorted(told["resting"]) == sorted(SLOW)


def test_a_daily_job_that_failed_in_a_worker_comes_again_the_same_day_and_what_is_short_does_not(
    monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller, now: datetime
) -> None:
    celery.app.loader.import_default_modules()
    again = list[tuple[str, float, datetime]]()

    def broken(**_told: object) -> int:
        raise OSError

    for key in ("cases.purge", "cases.sweep"):
        task = celery.app.tasks[key]
        monkeypatch.setattr(task, "run", broken)
        monkeypatch.setattr(task, "apply_async", lambda key=key, **how: again.append((key, *how.values())))
        task.apply()

    assert again == [("cases.purge", 600, datetime(2026, 11, 24, 4, 30, tzinfo=ZoneInfo("Europe/Paris")))]
    assert not JobRun.objects.exists()


def test_a_daily_job_that_beat_never_sent_is_sent_after_a_sweep_and_once(
    monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller, now: datetime
) -> None:
    """At ten in the morning, after a night without beat; one job was done all the same."""
    celery.app.loader.import_default_modules()
    sent = list[str]()
    monkeypatch.setattr(celery.app, "send_task", lambda key, **_how: sent.append(key))
    actions_of_jobs.note_done("cases.root", at=now - timedelta(hours=5))
    sweep, deliver = celery.app.tasks["cases.sweep"], celery.app.tasks["notifications.deliver"]

    celery.catch_up(sender=deliver)
    assert sent == []
    celery.catch_up(sender=sweep)
    celery.catch_up(sender=sweep)

    assert sent == [key for key, often in JOBS.items() if isinstance(often, Daily) and key != "cases.root"]
    clock.shift(timedelta(hours=7))
    celery.catch_up(sender=sweep)
    assert len(sent) == 2 * len(set(sent)), "its message expired: it is sent again"


def test_a_broker_that_is_away_when_a_missed_job_is_sent_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller
) -> None:
    celery.app.loader.import_default_modules()

    def away(*_key: object, **_how: object) -> None:
        raise OSError

    monkeypatch.setattr(celery.app, "send_task", away)
    with pytest.raises(OSError):  # noqa: PT011  Celery's signal swallows it
        celery.catch_up(sender=celery.app.tasks["cases.sweep"])

    assert not JobRun.objects.exists()


def test_what_a_worker_did_was_done_when_it_began(
    monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller, now: datetime
) -> None:
    celery.app.loader.import_default_modules()
    task = celery.app.tasks["cases.purge"]

    def slow(**_told: object) -> int:
        clock.shift(300)
        return 0

    monkeypatch.setattr(task, "run", slow)
    task.apply()

    assert JobRun.objects.get(pk="cases.purge").done_at == now


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_tickers_at_once_without_a_broker_do_everything_once(
    late: Case, sink: Sink, tmp_path: Path, now: datetime
) -> None:
    """Two processes, or three: each daily or slower job is done by one of them; one event, one mail."""
    connection.close()
    after = now + timedelta(days=2)

    told = ticked(3 if WHOLE else 2, now=after, environment=environment(tmp_path, smtp_port=sink.port))

    for key in SLOW:
        assert [key in one["done"] for one in told].count(True) == 1, key
    assert all(one["failed"] == {} for one in told)
    assert_told_once(late, sink)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_nine_days_without_a_tick_are_one_longer_run(
    late: Case, sink: Sink, store: Path, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    ticking.tick(now=now)
    sink.messages.clear()
    turns = list[dict[str, date]]()

    def noted(**days: date) -> set[int]:
        turns.append(days)
        return set()

    monkeypatch.setattr("vault.actions.checking._turns", noted)
    nine_later = now + timedelta(days=9)

    done = ticking.tick(now=nine_later)

    assert set(done.done) == set(JOBS)
    assert_told_once(late, sink)
    assert turns == [{"today": nine_later.date(), "since": now.date()}]
    with scope.enter(late.association_id):
        assert EvidenceRoot.objects.latest("day").day == nine_later.date()
    assert sorted(ticking.tick(now=nine_later).resting) == sorted(SLOW)


def assert_told_once(late: Case, sink: Sink) -> None:
    with scope.enter(late.association_id):
        assert CaseEvent.objects.filter(case=late, kind="deadline_missed").count() == 1
        sent = Notice.objects.filter(kind="answer_overdue") | Notice.objects.filter(kind="deadline_missed")
        assert [notice.state for notice in sent] == [NoticeState.SENT]
        [message_id] = sent.values_list("message_id", flat=True)
    assert [message["Message-ID"] for message in sink.messages].count(message_id) == 1
