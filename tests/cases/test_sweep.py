"""The night. Killed, doubled or late, it ends at the same rows."""

import io
import json
import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections
from django.test.utils import CaptureQueriesContext

from accounts import scope
from accounts.models import Membership, User
from cases import access, actions
from cases.actions import Answer, sweeping
from cases.actions.chaining import link_of
from cases.actions.recomputing import Recomputed
from cases.actions.rooting import Rooted
from cases.models import AttemptResult, Case, CaseEvent, Deadline, Decision
from cases.rules.chain import first_break
from notifications import registry
from notifications.models import Notice
from tests.cases.conftest import OpenOne

TWO_DAYS_LATER = date(2026, 11, 25)


def _sweep(now: datetime, today: date = TWO_DAYS_LATER, **options: Any) -> tuple[int, int, int]:
    done = actions.sweep(today=today, at=now, **options)
    return done.flagged, done.notices, done.set_aside


@pytest.fixture
def late(open_one: OpenOne) -> Case:
    return open_one(email="Zq-adherente@exemple.invalid")


def test_a_deadline_is_not_missed_on_its_last_day(late: Case, now: datetime) -> None:
    assert _sweep(now, today=date(2026, 11, 24))[0] == 0


def test_the_day_after_it_is_flagged_with_one_event_and_one_notice(late: Case, now: datetime) -> None:
    assert _sweep(now) == (1, 1, 0)

    late.refresh_from_db()
    assert (late.reason, late.act_on) == ("missed", date(2026, 11, 24))
    assert CaseEvent.objects.filter(case=late, kind="deadline_missed").count() == 1
    assert Notice.objects.count() == 1


def test_a_second_run_flags_nothing(late: Case, now: datetime) -> None:
    _sweep(now)

    assert _sweep(now) == (0, 0, 0)


def test_four_missed_nights_are_one_longer_sweep(open_one: OpenOne, now: datetime) -> None:
    for sent in (41, 40, 39, 38):
        open_one(sent=sent, email=f"Zq-{sent}@exemple.invalid")

    assert _sweep(now, today=date(2026, 11, 28)) == (4, 4, 0)
    assert _sweep(now, today=date(2026, 11, 28)) == (0, 0, 0)


def test_whoever_has_no_address_gets_no_mail_but_the_desk_sees_it(
    open_one: OpenOne, in_scope: Membership, now: datetime
) -> None:
    case = open_one()

    assert _sweep(now) == (1, 0, 0)

    rows, _ = access.queue_for(in_scope, until=TWO_DAYS_LATER)
    assert [row.pk for row in rows] == [case.pk]


def test_a_dry_run_counts_and_writes_nothing(late: Case, now: datetime) -> None:
    assert _sweep(now, dry_run=True) == (1, 1, 0)

    assert not Deadline.objects.filter(missed_on__isnull=False).exists()
    assert not Notice.objects.exists()


def test_a_closed_case_is_left_alone(late: Case, now: datetime, today: date, in_scope: Membership) -> None:
    actions.close_case(late, outcome="opposed", today=today, at=now, by=in_scope.user)

    assert _sweep(now) == (0, 0, 0)


def test_a_missed_deadline_stays_until_answered_and_then_leaves(
    late: Case, now: datetime, in_scope: Membership
) -> None:
    _sweep(now)
    [missed] = Deadline.objects.missed()

    assert actions.answer_missed(
        missed, Answer(decision=Decision.KEEP_WAITING), today=TWO_DAYS_LATER, at=now, by=in_scope.user
    )
    assert not actions.answer_missed(
        missed, Answer(decision=Decision.CONVERT), today=TWO_DAYS_LATER, at=now, by=in_scope.user
    )

    late.refresh_from_db()
    assert late.reason != "missed"
    assert _sweep(now) == (0, 0, 0)


def test_a_deadline_that_was_answered_and_then_moved_is_flagged_on_its_new_day(
    open_one: OpenOne, now: datetime, today: date, in_scope: Membership
) -> None:
    case = _called(open_one(sent=10), on=today, at=now, by=in_scope.user)
    first = Deadline.objects.get(case=case, key="justificatif").due
    assert first
    _sweep(now, today=first + timedelta(days=1))
    [missed] = Deadline.objects.missed()
    actions.answer_missed(
        missed, Answer(decision=Decision.ACT_AGAIN), today=first + timedelta(days=1), at=now, by=in_scope.user
    )

    case = _called(case, on=first + timedelta(days=1), at=now, by=in_scope.user)

    moved = Deadline.objects.get(case=case, key="justificatif")
    assert moved.due
    assert moved.due > first
    assert (moved.missed_on, moved.answered_on, moved.decision) == (None, None, "")
    assert case.next_deadline_on == moved.due
    assert _sweep(now, today=moved.due + timedelta(days=1))[0] == 1


def _called(case: Case, *, on: date, at: datetime, by: User) -> Case:
    """A confirmed call, in which the justificatif was asked for."""
    return actions.record_attempt(
        case,
        channel="phone",
        made_on=on,
        result=AttemptResult.CONFIRMED,
        justificatif_asked=True,
        today=on,
        at=at,
        by=by,
    )


def test_no_mail_about_a_case_goes_to_somebody_who_has_left(
    open_one: OpenOne, now: datetime, today: date, in_scope: Membership
) -> None:
    case = _called(open_one(sent=10), on=today, at=now, by=in_scope.user)
    due = Deadline.objects.get(case=case, key="justificatif").due
    assert due
    _sweep(now, today=due + timedelta(days=1))
    notice = Notice.objects.get(kind="answer_overdue")
    kind = registry.kind_of(notice.kind)
    assert kind.recipient(notice)

    Membership.objects.filter(pk=in_scope.pk).update(revoked_at=now)

    assert kind.recipient(notice) is None


def test_the_notice_no_longer_holds_once_somebody_answered(late: Case, now: datetime, in_scope: Membership) -> None:
    _sweep(now)
    notice, [missed] = Notice.objects.get(), Deadline.objects.missed()
    kind = registry.kind_of(notice.kind)
    assert kind.still_holds(notice)

    actions.answer_missed(
        missed, Answer(decision=Decision.KEEP_WAITING), today=TWO_DAYS_LATER, at=now, by=in_scope.user
    )

    assert not kind.still_holds(notice)


def test_a_bad_row_is_set_aside_and_the_others_are_flagged(
    open_one: OpenOne, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = open_one(), open_one()
    claim = sweeping._claim

    def failing(ids: Any, *, today: date) -> list[int]:
        if Deadline.objects.filter(pk__in=ids, case=bad).exists():
            raise DatabaseError("a bad row")
        return claim(ids, today=today)

    monkeypatch.setattr(sweeping, "_claim", failing)

    assert _sweep(now) == (1, 0, 1)
    assert [row.case_id for row in Deadline.objects.missed()] == [good.pk]


def test_the_sweep_chains_the_journal(late: Case, now: datetime) -> None:
    _sweep(now)

    events = CaseEvent.objects.filter(case=late).order_by("place")
    assert events
    assert all(event.hash for event in events)
    assert first_break([link_of(event) for event in events]) is None


def test_a_journal_that_cannot_be_chained_hides_nothing_that_was_flagged(
    late: Case, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing() -> int:
        raise DatabaseError("no chain tonight")

    monkeypatch.setattr(sweeping, "chain_events", failing)

    assert _sweep(now) == (1, 1, 1)


def test_each_association_is_swept_in_its_own_scope(late: Case, now: datetime, stranger: Membership) -> None:
    _sweep(now)

    with scope.enter(stranger.association_id):
        assert not Notice.objects.exists()


def test_the_commands_last_line_is_json(late: Case) -> None:
    out = io.StringIO()

    call_command("sweep_deadlines", "--today", "2026-11-25", "--json", stdout=out)

    assert json.loads(out.getvalue().splitlines()[-1]) == {
        "flagged": 1,
        "announced": 0,
        "notices": 1,
        "archived": 0,
        "let_go": 0,
        "set_aside": 0,
    }


@pytest.mark.parametrize(
    ("command", "action", "done"),
    [
        (["sweep_deadlines"], "sweep", sweeping.Sweep(set_aside=2)),
        (["root_evidence"], "root_all", Rooted(set_aside=2)),
        (["recompute_deadlines", "--preview"], "recompute_deadlines", Recomputed(set_aside=2)),
    ],
)
def test_a_command_whose_rows_failed_alone_tells_and_ends_with_1(
    command: list[str], action: str, done: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.StringIO()
    monkeypatch.setattr(actions, action, lambda **_: done)

    with pytest.raises(CommandError, match="2 set aside") as failure:
        call_command(*command, "--json", stdout=out)

    assert failure.value.returncode == 1
    assert json.loads(out.getvalue())["set_aside"] == 2


@pytest.mark.parametrize("day", ["2026-13-01", "demain", "2026-02-30", "0001-01-01", "1999-12-31", "9999-12-31"])
def test_a_day_that_is_none_ends_with_code_2(day: str) -> None:
    with pytest.raises(CommandError, match="is not a day") as refused:
        call_command("sweep_deadlines", "--today", day)

    assert refused.value.returncode == 2


def test_the_number_of_statements_does_not_grow_with_the_rows(open_one: OpenOne, now: datetime) -> None:
    counts = []
    for rows in (2, 12):
        for _ in range(rows):
            open_one(sent=41)
        with CaptureQueriesContext(connection) as queries:
            assert _sweep(now)[0] == rows
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 75


@pytest.mark.django_db(transaction=True)
def test_concurrent_runs_flag_each_row_once(open_one_committed: list[int], now: datetime) -> None:
    results: list[tuple[int, int, int]] = []

    def run() -> None:
        try:
            results.append(_sweep(now))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(flagged for flagged, _, _ in results) == 20
    with scope.enter(open_one_committed[0]):
        assert CaseEvent.objects.filter(kind="deadline_missed").count() == 20
        assert Notice.objects.count() == 20


@pytest.fixture
def open_one_committed(transactional_db: None, today: date, now: datetime) -> list[int]:
    """Twenty late cases, committed. Returns [association id]."""
    from accounts.rules.roles import Role
    from cases.actions import NewBeneficiary, NewFact, NewMember
    from cases.models import BeneficiaryKind, ConsentKind
    from tests import factories
    from tests.cases.conftest import OPPOSITION, make_campaign

    membership = factories.make_membership(factories.make_association(), Role.VOLUNTEER)
    with scope.enter(membership.association_id):
        campaign = make_campaign(membership.association_id, today=today)
        for number in range(20):
            actions.open_case(
                campaign,
                procedure=OPPOSITION,
                member=NewMember(first_name="Zq", email=f"Zq-{number}@exemple.invalid"),
                beneficiary=NewBeneficiary(kind=BeneficiaryKind.SELF),
                facts=[NewFact(kind="sent", earliest=today - timedelta(days=41), known_by="postmark")],
                consents=[ConsentKind.HANDLING],
                today=today,
                at=now,
                by=membership.user,
            )
    assert connection.in_atomic_block is False
    return [membership.association_id]
