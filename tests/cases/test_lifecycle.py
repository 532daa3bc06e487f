import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.rules.lifecycle import MOVES, EventKind, Impossible, State, advance, may, replay

kinds = st.sampled_from(list(EventKind))

# Before each event: no case, being prepared, to act, awaiting, closed, erased. After it: the state's first letter, `=`
# for the same state, `.` for impossible.
MOVING = {
    "case_opened": "p . . . . .",
    "case_readied": ". t . . . .",
    "attempt_made": ". . a = . .",
    "attempt_failed": ". . = = . .",
    "justificatif_received": ". . a = . .",
    "sent_back": ". . = t . .",
    "case_closed": ". c c c . .",
    "case_reopened": ". . . . p .",
    "case_erased": ". e e e e .",
}
WHILE_OPEN = [
    "fact_recorded",
    "fact_corrected",
    "justificatif_accepted",
    "justificatif_refused",
    "deadline_moved",
    "deadline_announced",
    "deadline_missed",
    "missed_deadline_answered",
    "case_assigned",
    "case_held",
    "reminder_set",
    "case_converted",
]
UNTIL_ERASED = [
    "consent_given",
    "consent_withdrawn",
    "reminder_ended",
    "note_added",
    "card_renewed",
    "case_consulted",
    "contact_consulted",
    "file_consulted",
    "evidence_exported",
    "case_archived",
    "case_returned",
    "erasure_announced",
    "mail_received",
    "mail_stopped",
    "address_corrected",
]
TABLE = MOVING | dict.fromkeys(WHILE_OPEN, ". = = = . .") | dict.fromkeys(UNTIL_ERASED, ". = = = = .")
BEFORE = (None, State.PREPARING, State.TO_ACT, State.AWAITING, State.CLOSED, State.ERASED)
LETTERS = {"p": State.PREPARING, "t": State.TO_ACT, "a": State.AWAITING, "c": State.CLOSED, "e": State.ERASED}


@pytest.mark.parametrize("kind", EventKind)
def test_every_event_leads_from_each_state_where_the_table_says(kind: EventKind) -> None:
    for before, told in zip(BEFORE, TABLE[kind].split(), strict=True):
        if told == ".":
            with pytest.raises(Impossible, match=str(before or "no case exists")):
                advance(before, kind)
        else:
            assert advance(before, kind) is (before if told == "=" else LETTERS[told])
        assert before is None or may(before, kind) is (told != ".")


def test_the_table_knows_every_event_that_there_is() -> None:
    assert set(TABLE) - {str(kind) for kind in EventKind} == set()
    assert len(TABLE) == len(MOVING) + len(WHILE_OPEN) + len(UNTIL_ERASED)


def test_a_case_begins_by_being_opened_and_by_nothing_else() -> None:
    beginnings = [kind for kind in EventKind if _possible(None, kind)]

    assert beginnings == [EventKind.CASE_OPENED]


def test_nothing_happens_to_an_erased_case() -> None:
    assert not [kind for kind in EventKind if _possible(State.ERASED, kind)]


@pytest.mark.parametrize("kind", [EventKind.ATTEMPT_MADE, EventKind.FACT_RECORDED, EventKind.DEADLINE_MISSED])
def test_work_on_a_closed_case_is_refused(kind: EventKind) -> None:
    with pytest.raises(Impossible) as refused:
        advance(State.CLOSED, kind)

    assert (refused.value.state, refused.value.kind) == (State.CLOSED, kind)


def test_a_closed_case_may_still_be_noted_consulted_and_reopened() -> None:
    assert may(State.CLOSED, EventKind.NOTE_ADDED)
    assert may(State.CLOSED, EventKind.CASE_CONSULTED)
    assert advance(State.CLOSED, EventKind.CASE_REOPENED) is State.PREPARING


def test_the_main_job_goes_from_opening_to_closing() -> None:
    story = [
        EventKind.CASE_OPENED,
        EventKind.FACT_RECORDED,
        EventKind.CASE_READIED,
        EventKind.ATTEMPT_FAILED,
        EventKind.ATTEMPT_MADE,
        EventKind.JUSTIFICATIF_RECEIVED,
        EventKind.JUSTIFICATIF_ACCEPTED,
        EventKind.CASE_CLOSED,
    ]

    assert replay(story) is State.CLOSED


@given(st.lists(kinds, max_size=30))
def test_replaying_what_was_possible_gives_the_state_reached_step_by_step(tried: list[EventKind]) -> None:
    state: State | None = None
    happened = []
    for kind in tried:
        if _possible(state, kind):
            state = advance(state, kind)
            happened.append(kind)

    assert replay(happened) is state


def test_every_state_but_erased_has_a_way_out_and_every_move_ends_in_a_known_state() -> None:
    left = {before for moves in MOVES.values() for before, after in moves.items() if before is not after}

    assert left == {None, *State} - {State.ERASED}


def _possible(state: State | None, kind: EventKind) -> bool:
    try:
        advance(state, kind)
    except Impossible:
        return False
    return True
