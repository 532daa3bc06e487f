"""One sentence and one button: which, as a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.models import AttemptResult
from cases.rules.lifecycle import State
from procedures.rules.definitions import OutcomeClass
from web.portal.pages.situations import WORDS, Paper, Route, Seen, Situation, situation, words_for

CONFIRMED, UNCONFIRMED, FAILED = AttemptResult.CONFIRMED, AttemptResult.UNCONFIRMED, AttemptResult.FAILED


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Seen(state=State.PREPARING), Situation.PREPARING),
        (Seen(state=State.PREPARING, member_is_late=True), Situation.PREPARING),
        (Seen(state=State.TO_ACT), Situation.TO_ACT),
        (Seen(state=State.TO_ACT, results=(FAILED,)), Situation.TRY_AGAIN),
        (Seen(state=State.TO_ACT, results=(FAILED,), member_is_late=True), Situation.MISSED),
        (Seen(state=State.AWAITING, results=(UNCONFIRMED,)), Situation.UNCONFIRMED),
        (Seen(state=State.AWAITING, results=(UNCONFIRMED,), member_is_late=True), Situation.MISSED),
        (Seen(state=State.AWAITING, results=(UNCONFIRMED, CONFIRMED)), Situation.NOT_ASKED),
        (Seen(state=State.AWAITING, results=(CONFIRMED,), justificatif_asked=True), Situation.AWAITED),
        (
            Seen(state=State.AWAITING, results=(CONFIRMED,), justificatif_asked=True, addressee_is_late=True),
            Situation.OVERDUE,
        ),
        (Seen(state=State.AWAITING, results=(CONFIRMED,), paper=Paper.UNCHECKED), Situation.CHECKING),
        (Seen(state=State.AWAITING, results=(CONFIRMED,), paper=Paper.REFUSED), Situation.REDO),
        (Seen(state=State.AWAITING, paper=Paper.ACCEPTED, addressee_is_late=True), Situation.ACCEPTED),
        (Seen(state=State.CLOSED, outcome_class=OutcomeClass.OBTAINED_PROVEN), Situation.PROVEN),
        (Seen(state=State.CLOSED, outcome_class=OutcomeClass.OBTAINED_UNPROVEN), Situation.UNPROVEN),
        (Seen(state=State.CLOSED, outcome_class=OutcomeClass.REFUSED), Situation.REFUSED),
        (Seen(state=State.CLOSED, outcome_class=OutcomeClass.UNANSWERED), Situation.UNANSWERED),
        (Seen(state=State.CLOSED, outcome_class=OutcomeClass.ABANDONED), Situation.ABANDONED),
        (Seen(state=State.CLOSED, outcome_class=OutcomeClass.ABANDONED, is_continued=True), Situation.CONTINUED),
        (Seen(state=State.ERASED), Situation.ERASED),
    ],
)
def test_each_state_has_its_sentence(seen: Seen, expected: Situation) -> None:
    assert situation(seen) is expected


seens = st.builds(
    Seen,
    state=st.sampled_from(State),
    outcome_class=st.sampled_from([one.value for one in OutcomeClass]),
    is_continued=st.booleans(),
    member_is_late=st.booleans(),
    addressee_is_late=st.booleans(),
    results=st.lists(st.sampled_from(AttemptResult), max_size=3).map(tuple),
    justificatif_asked=st.booleans(),
    paper=st.sampled_from(Paper),
)


@given(seens)
def test_whatever_stands_there_is_one_sentence_and_at_most_one_button(seen: Seen) -> None:
    words = words_for(situation(seen), has_date=False)

    assert str(words.before)
    assert str(words.marked)
    assert bool(str(words.label)) is (words.route is not Route.NOWHERE)


def test_only_an_erased_case_has_nothing_to_press() -> None:
    assert [found for found in Situation if WORDS[found].route is Route.NOWHERE] == [Situation.ERASED]


def test_a_date_takes_the_place_of_what_is_to_be_done() -> None:
    assert "%(due)s" in str(words_for(Situation.TO_ACT, has_date=True).marked)
