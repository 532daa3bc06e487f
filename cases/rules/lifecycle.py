"""Where a case is: one table of moves. What happened is an event; replaying the events gives the state."""

from collections.abc import Iterable
from enum import StrEnum


class State(StrEnum):
    PREPARING = "preparing"
    TO_ACT = "to_act"
    AWAITING = "awaiting"
    CLOSED = "closed"
    ERASED = "erased"


class EventKind(StrEnum):
    # these move the case
    CASE_OPENED = "case_opened"
    CASE_READIED = "case_readied"
    ATTEMPT_MADE = "attempt_made"
    ATTEMPT_FAILED = "attempt_failed"
    JUSTIFICATIF_RECEIVED = "justificatif_received"
    SENT_BACK = "sent_back"
    CASE_CLOSED = "case_closed"
    CASE_REOPENED = "case_reopened"
    CASE_ERASED = "case_erased"
    # these do not
    CONSENT_GIVEN = "consent_given"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    FACT_RECORDED = "fact_recorded"
    FACT_CORRECTED = "fact_corrected"
    JUSTIFICATIF_ACCEPTED = "justificatif_accepted"
    JUSTIFICATIF_REFUSED = "justificatif_refused"
    DEADLINE_MOVED = "deadline_moved"
    DEADLINE_ANNOUNCED = "deadline_announced"
    DEADLINE_MISSED = "deadline_missed"
    MISSED_DEADLINE_ANSWERED = "missed_deadline_answered"
    CASE_ASSIGNED = "case_assigned"
    CASE_HELD = "case_held"
    REMINDER_SET = "reminder_set"
    REMINDER_ENDED = "reminder_ended"
    NOTE_ADDED = "note_added"
    CASE_CONVERTED = "case_converted"
    CARD_RENEWED = "card_renewed"
    MAIL_RECEIVED = "mail_received"
    MAIL_STOPPED = "mail_stopped"
    ADDRESS_CORRECTED = "address_corrected"
    CASE_CONSULTED = "case_consulted"
    CONTACT_CONSULTED = "contact_consulted"
    FILE_CONSULTED = "file_consulted"
    EVIDENCE_EXPORTED = "evidence_exported"
    CASE_ARCHIVED = "case_archived"
    CASE_RETURNED = "case_returned"
    ERASURE_ANNOUNCED = "erasure_announced"


class Impossible(ValueError):
    """This event cannot happen to a case in this state."""

    def __init__(self, state: State | None, kind: EventKind) -> None:
        super().__init__(f"{kind} cannot happen while {state or 'no case exists'}.")
        self.state = state
        self.kind = kind


_OPEN = (State.PREPARING, State.TO_ACT, State.AWAITING)

MOVES: dict[EventKind, dict[State | None, State]] = {
    EventKind.CASE_OPENED: {None: State.PREPARING},
    EventKind.CASE_READIED: {State.PREPARING: State.TO_ACT},
    EventKind.ATTEMPT_MADE: {State.TO_ACT: State.AWAITING, State.AWAITING: State.AWAITING},
    EventKind.ATTEMPT_FAILED: {State.TO_ACT: State.TO_ACT, State.AWAITING: State.AWAITING},
    EventKind.JUSTIFICATIF_RECEIVED: {State.TO_ACT: State.AWAITING, State.AWAITING: State.AWAITING},
    EventKind.SENT_BACK: {State.AWAITING: State.TO_ACT, State.TO_ACT: State.TO_ACT},
    EventKind.CASE_CLOSED: dict.fromkeys(_OPEN, State.CLOSED),
    EventKind.CASE_REOPENED: {State.CLOSED: State.PREPARING},
    EventKind.CASE_ERASED: dict.fromkeys((*_OPEN, State.CLOSED), State.ERASED),
}
_WHILE_OPEN = {
    EventKind.FACT_RECORDED,
    EventKind.FACT_CORRECTED,
    EventKind.JUSTIFICATIF_ACCEPTED,
    EventKind.JUSTIFICATIF_REFUSED,
    EventKind.DEADLINE_MOVED,
    EventKind.DEADLINE_ANNOUNCED,
    EventKind.DEADLINE_MISSED,
    EventKind.MISSED_DEADLINE_ANSWERED,
    EventKind.CASE_ASSIGNED,
    EventKind.CASE_HELD,
    EventKind.REMINDER_SET,
    EventKind.CASE_CONVERTED,
}


def advance(state: State | None, kind: EventKind) -> State:
    """The state after the event. Raises Impossible."""
    moves = MOVES.get(kind)
    if moves is None:
        return _stay(state, kind)
    try:
        return moves[state]
    except KeyError:
        raise Impossible(state, kind) from None


def _stay(state: State | None, kind: EventKind) -> State:
    if state is None or state is State.ERASED or (kind in _WHILE_OPEN and state not in _OPEN):
        raise Impossible(state, kind)
    return state


def replay(kinds: Iterable[EventKind]) -> State | None:
    """The state after all events in order; None before the first."""
    state: State | None = None
    for kind in kinds:
        state = advance(state, kind)
    return state


def may(state: State, kind: EventKind) -> bool:
    """Is this event possible now (which buttons to show)?"""
    try:
        advance(state, kind)
    except Impossible:
        return False
    return True
