"""What a case asks of somebody, and from which day: the order of «Maintenant»."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from cases.rules.lifecycle import State

NEVER = date(9999, 12, 31)
SOON = timedelta(days=14)


class Reason(StrEnum):
    MISSED = "missed"
    CHECK = "check"
    DEADLINE = "deadline"
    PREPARE = "prepare"
    ACT = "act"
    WAIT = "wait"
    NOTHING = "nothing"


class WaitingFor(StrEnum):
    MEMBER = "member"
    VOLUNTEER = "volunteer"
    ADDRESSEE = "addressee"
    NOBODY = "nobody"


# Putting a case aside hides neither a legal day nor what is late.
NEVER_HELD = {Reason.MISSED, Reason.DEADLINE, Reason.NOTHING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An open deadline of the case. `is_missed`: flagged, and not answered yet."""

    key: str
    due: date
    binds_member: bool
    is_missed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Why, from which day, which deadline comes next, and who moves."""

    reason: Reason
    act_on: date
    next_deadline_on: date
    next_deadline_key: str
    waiting_for: WaitingFor


def attention(
    state: State, *, dues: Sequence[Due], to_check_since: date | None, opened_on: date, held_until: date | None
) -> Attention:
    """The first of: a missed deadline, a justificatif to check, something to prepare, the next deadline, an act."""
    ahead = min((due for due in dues if not due.is_missed), key=lambda due: due.due, default=None)
    reason, day = _reason(state, dues, ahead, to_check_since, opened_on)
    if held_until and reason not in NEVER_HELD:
        day = max(day, held_until)
    return Attention(
        reason=reason,
        act_on=day,
        next_deadline_on=ahead.due if ahead else NEVER,
        next_deadline_key=ahead.key if ahead else "",
        waiting_for=_waiting_for(state, reason),
    )


def _reason(
    state: State, dues: Sequence[Due], ahead: Due | None, to_check_since: date | None, opened_on: date
) -> tuple[Reason, date]:
    if state in {State.CLOSED, State.ERASED}:
        return Reason.NOTHING, NEVER
    missed = [due.due for due in dues if due.is_missed]
    if missed:
        return Reason.MISSED, min(missed)
    if to_check_since:
        return Reason.CHECK, to_check_since
    if state is State.PREPARING:
        return Reason.PREPARE, min(opened_on, ahead.due - SOON) if ahead else opened_on
    if ahead and (ahead.binds_member or state is State.TO_ACT):
        return Reason.DEADLINE, ahead.due
    if state is State.TO_ACT:
        return Reason.ACT, opened_on
    return Reason.WAIT, ahead.due if ahead else NEVER


def _waiting_for(state: State, reason: Reason) -> WaitingFor:
    if reason is Reason.NOTHING:
        return WaitingFor.NOBODY
    if reason in {Reason.MISSED, Reason.CHECK}:
        return WaitingFor.VOLUNTEER
    return WaitingFor.ADDRESSEE if state is State.AWAITING else WaitingFor.MEMBER


class Group(StrEnum):
    NOW = "now"
    SOON = "soon"
    LATER = "later"


def group(reason: Reason, act_on: date, *, today: date) -> Group:
    """The heading under which the row stands: at once (late, or the last day is today or tomorrow), soon, later."""
    if reason is Reason.MISSED or (reason is Reason.DEADLINE and act_on <= today + timedelta(days=1)):
        return Group.NOW
    if reason in {Reason.CHECK, Reason.PREPARE, Reason.ACT} or act_on <= today + timedelta(days=7):
        return Group.SOON
    return Group.LATER
