from collections.abc import Callable
from datetime import date, datetime
from uuid import uuid4

import pytest

from accounts.models import Membership
from cases import access, actions
from cases.actions import AlreadyDone, NewFact, StaleCase
from cases.models import Attempt, AttemptResult, Case, CaseEvent, CaseFact
from cases.rules.lifecycle import Impossible
from tests.cases.conftest import CLOSURE, OpenOne

Attempted = Callable[..., Case]


@pytest.fixture
def attempt(today: date, now: datetime, in_scope: Membership) -> Attempted:
    def made(case: Case, result: AttemptResult = AttemptResult.CONFIRMED, **rest: object) -> Case:
        asked = bool(rest.pop("justificatif_asked", True))
        words = {"channel": "phone", "made_on": today, "today": today, "at": now, "by": in_scope.user, **rest}
        return actions.record_attempt(case, result=result, justificatif_asked=asked, **words)  # type: ignore[arg-type]  # keywords in a table

    return made


def _due(case: Case, key: str) -> date | None:
    return next(row.due for row in access.deadlines_of(case) if row.key == key)


def test_a_confirmed_call_answers_the_members_deadline_and_starts_the_addressees(
    open_one: OpenOne, attempt: Attempted, today: date
) -> None:
    case = attempt(open_one())

    opposing = next(row for row in access.deadlines_of(case) if row.key == "opposer")
    assert opposing.met_on == today
    assert _due(case, "justificatif") == date(2026, 12, 23)
    assert (case.state, case.channel, case.waiting_for) == ("awaiting", "phone", "addressee")


def test_an_unconfirmed_call_leaves_the_members_deadline_running(open_one: OpenOne, attempt: Attempted) -> None:
    case = attempt(open_one(), AttemptResult.UNCONFIRMED)

    opposing = next(row for row in access.deadlines_of(case) if row.key == "opposer")
    assert opposing.is_running
    assert (case.state, case.reason) == ("awaiting", "deadline")


def test_a_call_that_failed_moves_nothing_but_is_kept(open_one: OpenOne, attempt: Attempted) -> None:
    case = attempt(open_one(), AttemptResult.FAILED, justificatif_asked=False, obstacle="CODE_EXPIRED")

    assert case.state == "to_act"
    assert Attempt.objects.get(case=case).obstacle == "CODE_EXPIRED"


def test_a_justificatif_that_was_not_asked_for_starts_no_clock(open_one: OpenOne, attempt: Attempted) -> None:
    case = attempt(open_one(), justificatif_asked=False)

    assert "justificatif" not in [row.key for row in access.deadlines_of(case)] or _due(case, "justificatif") is None


def test_closure_with_deletion_starts_three_months_and_without_it_ten_years(
    open_one: OpenOne, attempt: Attempted
) -> None:
    deleting = attempt(open_one(procedure=CLOSURE, sent=None), deletion_requested="yes")
    keeping = attempt(open_one(procedure=CLOSURE, sent=None), deletion_requested="no")

    assert date(2027, 2, 23) in [row.due for row in access.deadlines_of(deleting)]
    assert [
        row.due for row in access.deadlines_of(keeping) if row.bound == "addressee" and row.due and row.due.year == 2027
    ] == []


def test_the_form_of_a_case_that_changed_is_refused(open_one: OpenOne, attempt: Attempted) -> None:
    case = open_one()
    attempt(case)

    with pytest.raises(StaleCase) as refused:
        attempt(case, version=case.version)

    assert refused.value.case.version > case.version
    assert Attempt.objects.count() == 1


def test_a_double_submit_is_one_attempt(open_one: OpenOne, attempt: Attempted) -> None:
    case, token = open_one(), uuid4()
    attempt(case, token=token)

    with pytest.raises(AlreadyDone):
        attempt(case, token=token)

    assert Attempt.objects.count() == 1


def test_an_unknown_channel_writes_nothing(open_one: OpenOne, attempt: Attempted) -> None:
    case = open_one()
    before = CaseEvent.objects.count()

    with pytest.raises(LookupError):
        attempt(case, channel="pigeon")

    assert (Attempt.objects.count(), CaseEvent.objects.count()) == (0, before)


def test_a_prepared_case_may_not_be_acted_upon(open_one: OpenOne, attempt: Attempted) -> None:
    with pytest.raises(Impossible):
        attempt(open_one(consents=[]))


def test_correcting_the_letters_day_moves_the_deadline_and_keeps_the_history(
    open_one: OpenOne, today: date, now: datetime, in_scope: Membership
) -> None:
    case = open_one(sent=41)

    corrected = NewFact(kind="sent", earliest=date(2026, 10, 20), known_by="letter")
    case = actions.record_facts(case, [corrected], today=today, at=now, by=in_scope.user)

    assert _due(case, "opposer") == date(2026, 12, 1)
    assert CaseFact.objects.filter(case=case, kind="sent").count() == 2
    moved = CaseEvent.objects.get(case=case, kind="deadline_moved")
    assert moved.payload == {"key": "opposer", "before": "2026-11-24", "after": "2026-12-01"}


def test_recording_the_same_fact_again_changes_nothing(
    open_one: OpenOne, today: date, now: datetime, in_scope: Membership
) -> None:
    case = open_one(sent=41)

    actions.record_facts(
        case,
        [NewFact(kind="sent", earliest=date(2026, 10, 13), known_by="postmark")],
        today=today,
        at=now,
        by=in_scope.user,
    )

    assert CaseFact.objects.filter(case=case, kind="sent").count() == 1
