"""A rule or a holiday changes: exactly the open deadlines that it moves are listed, then moved, once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from accounts import scope
from accounts.models import Membership
from cases import actions
from cases.actions import Answer, recomputing
from cases.models import Case, CaseEvent, Deadline, Decision
from notifications import registry as kinds
from notifications.models import Notice
from procedures import registry
from procedures.rules.periods import Period
from tests import factories
from tests.cases.conftest import CLOSURE, OPPOSITION, OpenOne
from tests.cases.recomputing.conftest import DUE, MOVED_TO, NEW_DAY, Change, events_of, make_cases, moved_by, run


def test_while_nothing_changes_nothing_moves(affected: Case, today: date, now: datetime) -> None:
    done = run(today, now)

    assert (done.moves, done.notices, done.set_aside) == ([], 0, 0)


def test_a_new_holiday_lists_exactly_the_cases_that_it_moves(
    affected: Case, asked: Callable[..., Case], open_one: OpenOne, today: date, now: datetime, change_holidays: Change
) -> None:
    asked(on=today - timedelta(days=1))
    asked(on=today - timedelta(days=3))
    open_one(sent=12)
    change_holidays(NEW_DAY)

    done = run(today, now, applies=False)

    assert moved_by(done) == [
        (affected.reference, "justificatif", DUE, MOVED_TO),
    ]
    assert {move.procedure for move in done.moves} == {OPPOSITION}
    assert {move.association for move in done.moves} == {"union"}


def test_the_preview_writes_nothing(affected: Case, today: date, now: datetime, change_holidays: Change) -> None:
    change_holidays(NEW_DAY)
    with CaptureQueriesContext(connection) as queries:
        done = run(today, now, applies=False)

    assert len(done.moves) == 1
    assert not [query for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert Deadline.objects.get(case=affected, key="justificatif").due == DUE
    assert not Notice.objects.exists()


def test_the_day_its_reason_the_event_and_what_lists_read_move_together(
    affected: Case, today: date, now: datetime, change_holidays: Change
) -> None:
    version = affected.version
    change_holidays(NEW_DAY)

    run(today, now)

    row = Deadline.objects.get(case=affected, key="justificatif")
    assert (row.due, row.raw_end) == (MOVED_TO, DUE)
    assert "fête nouvelle" in row.explanation_fr
    assert "New Day" in row.explanation_en
    affected.refresh_from_db()
    assert (affected.next_deadline_on, affected.version) == (MOVED_TO, version + 1)
    assert events_of(affected) == [
        {"key": "justificatif", "cause": "rule", "before": "2026-12-23", "after": "2026-12-24"}
    ]


def test_a_second_run_writes_nothing(affected: Case, today: date, now: datetime, change_holidays: Change) -> None:
    change_holidays(NEW_DAY)

    first, second = run(today, now), run(today, now)

    assert (len(first.moves), first.notices) == (1, 1)
    assert (second.moves, second.notices) == ([], 0)
    assert len(events_of(affected)) == 1
    assert Notice.objects.count() == 1


def test_a_day_that_comes_back_and_moves_again_is_told_each_time(
    affected: Case, today: date, now: datetime, change_holidays: Change
) -> None:
    for days in ([NEW_DAY], [], [NEW_DAY]):
        change_holidays(*days)
        assert run(today, now).notices == 1

    holding = [notice.subject_ids["due"] for notice in Notice.objects.all() if _kind(notice).still_holds(notice)]
    assert holding == ["2026-12-24"] * 2


def _kind(notice: Notice) -> Any:
    return kinds.kind_of(notice.kind)


def test_the_addressees_day_is_told_to_whoever_follows_the_case(
    affected: Case, today: date, now: datetime, in_scope: Membership, change_holidays: Change
) -> None:
    change_holidays(NEW_DAY)
    run(today, now)

    notice = Notice.objects.get(kind="deadline_moved")
    assert _kind(notice).still_holds(notice)
    assert _kind(notice).recipient(notice).email == in_scope.user.email
    assert _kind(notice).context(notice)["link"].endswith(f"/desk/dossiers/{affected.reference}/")


def test_the_members_day_is_told_to_the_member(
    open_one: OpenOne, today: date, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = open_one(sent=10, email="Zq-adherente@exemple.invalid")
    _lengthen(monkeypatch, "opposer")

    done = run(today, now)

    notice = Notice.objects.get(kind="deadline_moved")
    assert [(move.key, move.after) for move in done.moves] == [("opposer", date(2026, 12, 26))]
    assert _kind(notice).recipient(notice).email == "Zq-adherente@exemple.invalid"
    assert _kind(notice).context(notice)["link"].endswith("/espace/")
    assert case.reference == _kind(notice).context(notice)["reference"]


def _lengthen(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """The definition as pinned gives one day more to one of its deadlines."""
    pinned = registry.current(OPPOSITION)
    longer = [
        replace(rule, length=rule.length + Period(days=1)) if rule.key == key else rule for rule in pinned.deadlines
    ]
    changed = replace(pinned, deadlines=tuple(longer))
    monkeypatch.setattr(recomputing, "definition_of", lambda _case: changed)


def test_a_member_without_an_address_gets_no_mail_but_an_event(
    open_one: OpenOne, today: date, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = open_one(sent=10)
    _lengthen(monkeypatch, "opposer")

    done = run(today, now)

    assert (len(done.moves), done.notices) == (1, 0)
    assert len(events_of(case)) == 1


def test_a_decoy_moves_and_nobody_is_told(affected: Case, today: date, now: datetime, change_holidays: Change) -> None:
    Case.objects.filter(pk=affected.pk).update(is_canary=True)
    change_holidays(NEW_DAY)

    done = run(today, now)

    assert (len(done.moves), done.notices) == (1, 0)


@pytest.mark.parametrize("ended", ["met", "answered", "moved", "closed"])
def test_the_notice_no_longer_holds_once_the_day_is_past_caring(
    affected: Case, today: date, now: datetime, in_scope: Membership, change_holidays: Change, ended: str
) -> None:
    change_holidays(NEW_DAY)
    run(today, now)
    notice = Notice.objects.get(kind="deadline_moved")
    rows = Deadline.objects.filter(case=affected, key="justificatif")

    if ended == "met":
        rows.update(met_on=today)
    if ended == "answered":
        rows.update(missed_on=today, answered_on=today)
    if ended == "moved":
        rows.update(due=DUE)
    if ended == "closed":
        actions.close_case(affected, outcome="opposed", today=today, at=now, by=in_scope.user)

    assert not _kind(notice).still_holds(notice)


def test_a_met_day_a_closed_and_an_erased_case_stay(
    asked: Callable[..., Case], today: date, now: datetime, in_scope: Membership, change_holidays: Change
) -> None:
    met, closed, erased = asked(on=today), asked(on=today), asked(on=today)
    Deadline.objects.filter(case=met, key="justificatif").update(met_on=today)
    actions.close_case(closed, outcome="opposed", today=today, at=now, by=in_scope.user)
    actions.erase_case(erased, today=today, at=now, by=None)
    change_holidays(NEW_DAY)

    assert run(today, now).moves == []


def test_a_day_that_a_colleague_answered_stays_as_it_was_decided(
    affected: Case, now: datetime, in_scope: Membership, change_holidays: Change
) -> None:
    late = DUE + timedelta(days=1)
    actions.sweep(today=late, at=now)
    [missed] = Deadline.objects.missed()
    actions.answer_missed(missed, Answer(decision=Decision.KEEP_WAITING), today=late, at=now, by=in_scope.user)
    change_holidays(NEW_DAY)

    assert run(late, now).moves == []


def test_a_missed_day_that_is_still_to_come_runs_again(affected: Case, now: datetime, change_holidays: Change) -> None:
    late = DUE + timedelta(days=1)
    actions.sweep(today=late, at=now)
    change_holidays(NEW_DAY)

    done = run(late, now)

    row = Deadline.objects.get(case=affected, key="justificatif")
    affected.refresh_from_db()
    assert moved_by(done) == [(affected.reference, "justificatif", DUE, MOVED_TO)]
    assert (row.missed_on, row.is_running, affected.reason) == (None, True, "wait")
    assert done.notices == 1


def test_a_missed_day_that_moves_and_is_past_all_the_same_stays_missed(
    affected: Case, now: datetime, change_holidays: Change
) -> None:
    late = DUE + timedelta(days=9)
    actions.sweep(today=late, at=now)
    change_holidays(NEW_DAY)

    done = run(late, now)

    affected.refresh_from_db()
    assert (len(done.moves), done.notices) == (1, 0)
    assert (affected.reason, affected.act_on) == ("missed", MOVED_TO)


def test_a_justificatif_that_waits_to_be_checked_still_comes_first(
    affected: Case, today: date, now: datetime, in_scope: Membership, change_holidays: Change
) -> None:
    factories.make_justificatif(affected, by=in_scope.user, today=today, at=now)
    change_holidays(NEW_DAY)

    run(today, now)

    affected.refresh_from_db()
    assert (affected.reason, affected.act_on) == ("check", today)


def test_one_procedure_alone_can_be_looked_at(
    affected: Case, today: date, now: datetime, change_holidays: Change
) -> None:
    change_holidays(NEW_DAY)

    assert run(today, now, applies=False, procedure=CLOSURE).moves == []
    assert len(run(today, now, applies=False, procedure=OPPOSITION).moves) == 1


def test_a_bad_case_is_set_aside_and_the_others_move(
    affected: Case, asked: Callable[..., Case], today: date, now: datetime, change_holidays: Change
) -> None:
    bad = asked(on=today)
    Case.objects.filter(pk=bad.pk).update(procedure_version=99)
    change_holidays(NEW_DAY)

    done = run(today, now)

    assert (moved_by(done), done.set_aside) == ([(affected.reference, "justificatif", DUE, MOVED_TO)], 1)


def test_each_association_is_recomputed_in_its_own_scope(
    affected: Case, stranger: Membership, today: date, now: datetime, change_holidays: Change
) -> None:
    with scope.enter(stranger.association_id):
        make_cases(stranger, 1, today=today)
    change_holidays(NEW_DAY)

    done = run(today, now)

    assert sorted(move.association for move in done.moves) == ["autre", "union"]
    assert (done.cases, len(events_of(affected))) == (2, 1)
    with scope.enter(stranger.association_id):
        assert CaseEvent.objects.filter(kind="deadline_moved", payload__cause="rule").count() == 1
        assert [row.due for row in Deadline.objects.filter(key="justificatif")] == [MOVED_TO]


def test_an_association_that_fails_hides_no_other(
    affected: Case,
    stranger: Membership,
    today: date,
    now: datetime,
    change_holidays: Change,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chunks = recomputing._chunks

    def failing(association_id: int, run: Any) -> Iterator[list[int]]:
        if association_id == stranger.association_id:
            raise DatabaseError("no table tonight")
        return chunks(association_id, run)

    monkeypatch.setattr(recomputing, "_chunks", failing)
    change_holidays(NEW_DAY)

    done = run(today, now)

    assert (len(done.moves), done.set_aside) == (1, 1)
