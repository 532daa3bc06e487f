from datetime import date, timedelta

import pytest

from cases.rules.lifecycle import State
from cases.rules.queue import NEVER, Attention, Due, Group, Reason, WaitingFor, attention, group

TODAY = date(2026, 11, 23)
OPENED = date(2026, 11, 2)


def _attention(
    state: State, *dues: Due, to_check_since: date | None = None, held_until: date | None = None
) -> Attention:
    return attention(state, dues=dues, to_check_since=to_check_since, opened_on=OPENED, held_until=held_until)


def _due(day: date, *, binds_member: bool = True, is_missed: bool = False) -> Due:
    return Due(key="opposer", due=day, binds_member=binds_member, is_missed=is_missed)


def test_a_missed_deadline_comes_before_everything() -> None:
    late = _due(date(2026, 11, 10), is_missed=True)

    found = _attention(State.AWAITING, late, _due(date(2026, 11, 24)), to_check_since=date(2026, 11, 1))

    assert (found.reason, found.act_on, found.waiting_for) == (Reason.MISSED, date(2026, 11, 10), WaitingFor.VOLUNTEER)
    assert found.next_deadline_on == date(2026, 11, 24)


def test_a_missed_deadline_stays_on_the_screens_while_the_case_is_on_hold() -> None:
    found = _attention(State.TO_ACT, _due(date(2026, 11, 10), is_missed=True), held_until=date(2026, 12, 24))

    assert found.act_on == date(2026, 11, 10)


def test_being_on_hold_puts_the_rest_off() -> None:
    found = _attention(State.TO_ACT, held_until=date(2026, 12, 1))

    assert (found.reason, found.act_on) == (Reason.ACT, date(2026, 12, 1))


def test_being_on_hold_never_hides_a_legal_day() -> None:
    found = _attention(State.TO_ACT, _due(date(2026, 11, 26)), held_until=date(2026, 12, 24))

    assert (found.reason, found.act_on) == (Reason.DEADLINE, date(2026, 11, 26))


@pytest.mark.parametrize(
    ("state", "dues", "to_check_since", "reason", "day", "waiting_for"),
    [
        (State.AWAITING, [], date(2026, 11, 20), Reason.CHECK, date(2026, 11, 20), WaitingFor.VOLUNTEER),
        (State.PREPARING, [], None, Reason.PREPARE, OPENED, WaitingFor.MEMBER),
        (State.TO_ACT, [], None, Reason.ACT, OPENED, WaitingFor.MEMBER),
        (State.TO_ACT, [_due(date(2026, 11, 26))], None, Reason.DEADLINE, date(2026, 11, 26), WaitingFor.MEMBER),
        (
            State.AWAITING,
            [_due(date(2026, 12, 26), binds_member=False)],
            None,
            Reason.WAIT,
            date(2026, 12, 26),
            WaitingFor.ADDRESSEE,
        ),
        (State.AWAITING, [], None, Reason.WAIT, NEVER, WaitingFor.ADDRESSEE),
        (State.CLOSED, [_due(date(2026, 11, 26))], None, Reason.NOTHING, NEVER, WaitingFor.NOBODY),
    ],
)
def test_each_state_asks_for_its_own_hand(
    state: State, dues: list[Due], to_check_since: date | None, reason: Reason, day: date, waiting_for: WaitingFor
) -> None:
    found = _attention(state, *dues, to_check_since=to_check_since)

    assert (found.reason, found.act_on, found.waiting_for) == (reason, day, waiting_for)


@pytest.mark.parametrize(
    ("reason", "days", "expected"),
    [
        (Reason.MISSED, -30, Group.NOW),
        (Reason.DEADLINE, 0, Group.NOW),
        (Reason.DEADLINE, 1, Group.NOW),
        (Reason.DEADLINE, 2, Group.SOON),
        (Reason.CHECK, -3, Group.SOON),
        (Reason.WAIT, 7, Group.SOON),
        (Reason.WAIT, 8, Group.LATER),
    ],
)
def test_rows_stand_under_the_heading_of_their_day(reason: Reason, days: int, expected: Group) -> None:
    assert group(reason, TODAY + timedelta(days=days), today=TODAY) is expected
