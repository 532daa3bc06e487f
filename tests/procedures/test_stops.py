"""What makes a period longer on its way: an extension told in time, a stop, an interruption."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from procedures.rules.facts import StartFact
from tests.procedures.definition_text import definition, with_deadline_lines
from tests.procedures.test_deadlines import EXTENDABLE, days, fact, only, said


def test_an_extension_told_within_the_month_counts_from_receipt() -> None:
    deadline = only(EXTENDABLE, fact("received", "2026-01-15"), fact("extended", "2026-02-10"))

    assert deadline.due == date(2026, 4, 15)
    assert "Prolongation de deux mois annoncée le mardi 10 février 2026, dans le premier délai : elle compte." in said(
        deadline
    )


def test_an_extension_told_too_late_is_ignored() -> None:
    deadline = only(EXTENDABLE, fact("received", "2026-01-15"), fact("extended", "2026-02-17"))

    assert deadline.due == date(2026, 2, 16)  # the 15th is a Sunday
    assert "trop tard, elle ne compte pas" in said(deadline)


def test_an_extension_of_doubtful_date_helps_only_the_addressee() -> None:
    deadline = only(EXTENDABLE, fact("received", "2026-01-15"), fact("extended", "2026-02-10", "2026-02-25"))

    assert (deadline.due_earliest, deadline.due_latest) == (date(2026, 2, 15), date(2026, 4, 15))


def test_an_extension_of_another_deadline_changes_nothing() -> None:
    plain = only(definition(), fact("received", "2026-01-15"))

    assert only(definition(), fact("received", "2026-01-15"), fact("extended", "2026-02-10")) == plain


def test_a_question_about_identity_stops_the_clock() -> None:
    facts = fact("received", "2026-01-15"), fact("paused", "2026-01-20"), fact("resumed", "2026-01-30")

    deadline = only(EXTENDABLE, *facts)

    assert deadline.due == date(2026, 2, 25)
    assert "10 jours de plus" in said(deadline)


def test_a_clock_that_stands_still_has_no_end() -> None:
    deadline = only(EXTENDABLE, fact("received", "2026-01-15"), fact("paused", "2026-01-20"))

    assert (deadline.due, deadline.raw_end) == (None, None)
    assert deadline.start is not None
    assert "il n’a pas de fin tant qu’il n’a pas repris" in said(deadline)
    assert said(deadline).startswith("Départ : jeudi 15 janvier 2026")


def test_a_clock_stopped_after_the_end_changes_nothing() -> None:
    deadline = only(EXTENDABLE, fact("received", "2026-01-15"), fact("paused", "2026-02-20"))

    assert deadline.due == date(2026, 2, 16)


@pytest.mark.parametrize(
    ("paused", "resumed", "due"),
    [
        ("2026-01-10", "2026-01-25", date(2026, 2, 25)),  # only the ten days after the start
        ("2026-01-01", "2026-01-10", date(2026, 2, 16)),  # all of it before the start
        ("2026-01-15", "2026-01-15", date(2026, 2, 16)),
        ("2026-02-16", "2026-02-18", date(2026, 2, 17)),  # on the last day, which had rolled to a Monday
        ("2026-02-17", "2026-02-27", date(2026, 2, 16)),
    ],
)
def test_only_days_within_the_period_make_it_longer(paused: str, resumed: str, due: date) -> None:
    deadline = only(EXTENDABLE, fact("received", "2026-01-15"), fact("paused", paused), fact("resumed", resumed))

    assert deadline.due == due


def test_a_clock_that_stopped_and_restarted_before_the_start_says_that_nothing_is_added() -> None:
    facts = fact("received", "2026-01-15"), fact("paused", "2026-01-01"), fact("resumed", "2026-01-10")

    assert "aucun jour de plus" in said(only(EXTENDABLE, *facts))


def test_a_restart_before_the_stop_counts_for_nothing_and_says_so() -> None:
    facts = fact("received", "2026-01-15"), fact("paused", "2026-01-30"), fact("resumed", "2026-01-20")

    deadline = only(EXTENDABLE, *facts)

    assert deadline.due == date(2026, 2, 16)
    assert "l’une des deux dates est fausse, l’arrêt ne compte pas" in said(deadline)


def test_an_extension_told_while_a_stop_made_the_first_period_longer_is_in_time() -> None:
    stop = fact("paused", "2026-01-20"), fact("resumed", "2026-01-30")  # the first period ends on 25 February
    told, late = fact("extended", "2026-02-20"), fact("extended", "2026-02-26")

    assert only(EXTENDABLE, fact("received", "2026-01-15"), *stop, told).due == date(2026, 4, 27)
    assert only(EXTENDABLE, fact("received", "2026-01-15"), *stop, late).due == date(2026, 2, 25)


def test_a_clock_may_stop_in_the_time_that_an_extension_added() -> None:
    facts = fact("received", "2026-01-15"), fact("extended", "2026-02-10"), fact("paused", "2026-03-10")

    assert only(EXTENDABLE, *facts).due is None
    assert only(EXTENDABLE, *facts, fact("resumed", "2026-03-20")).due == date(2026, 4, 27)  # the 25th is a Saturday


def test_an_extension_told_on_the_day_to_which_the_end_rolled_is_in_time() -> None:
    deadline = only(EXTENDABLE, fact("received", "2026-01-15"), fact("extended", "2026-02-16"))

    assert (deadline.due_earliest, deadline.due) == (date(2026, 4, 15), date(2026, 4, 15))


def test_an_extension_told_before_the_start_does_not_count() -> None:
    deadline = only(EXTENDABLE, fact("received", "2026-01-15"), fact("extended", "2026-01-10"))

    assert deadline.due == date(2026, 2, 16)
    assert "avant le départ : elle ne peut pas porter sur ce délai" in said(deadline)


def test_a_doubtful_extension_is_told_as_one() -> None:
    deadline = only(EXTENDABLE, fact("received", "2026-01-15"), fact("extended", "2026-02-10", "2026-02-25"))

    assert "entre le mardi 10 février 2026 et le mercredi 25 février 2026, peut-être hors du premier délai" in said(
        deadline
    )


def test_a_stop_of_doubtful_date_helps_the_addressee_only() -> None:
    facts = fact("received", "2026-01-15"), fact("paused", "2026-02-10", "2026-02-20"), fact("resumed", "2026-02-25")

    deadline = only(EXTENDABLE, *facts)

    assert (deadline.due_earliest, deadline.due_latest) == (date(2026, 2, 15), date(2026, 3, 2))


def test_a_member_keeps_their_date_while_it_is_doubtful_whether_the_clock_stopped_in_time() -> None:
    pausable = definition(with_deadline_lines("pausable = true").replace('bound = "addressee"', 'bound = "member"'))
    received = fact("received", "2026-01-15")

    assert only(pausable, received, fact("paused", "2026-02-10", "2026-02-20")).due == date(2026, 2, 15)
    assert only(pausable, received, fact("paused", "2026-02-10")).due is None


@pytest.mark.parametrize(
    ("told", "is_sure"),
    [("2026-01-14", False), ("2026-01-15", True), ("2026-02-15", True)],
)
def test_an_extension_is_in_time_from_the_first_day_to_the_last(told: str, is_sure: bool) -> None:
    """15 January to 15 February 2026, a Sunday."""
    deadline = only(EXTENDABLE, fact("received", "2026-01-15"), fact("extended", told))

    assert (deadline.due_earliest == date(2026, 4, 15)) is is_sure


@pytest.mark.parametrize("length", ["trois mois", "un mois"])
def test_the_length_told_is_the_one_that_protects(length: str) -> None:
    bound = "addressee" if length == "trois mois" else "member"
    text = with_deadline_lines('extension = "P2M"').replace('bound = "addressee"', f'bound = "{bound}"')

    deadline = only(definition(text), fact("received", "2026-01-15"), fact("extended", "2026-02-10", "2026-02-25"))

    assert f"Durée : {length}, de date à date." in said(deadline)
    assert "Prolongation de deux mois annoncée entre" in said(deadline)


def test_a_clock_that_stops_on_the_last_day_stopped_in_time() -> None:
    facts = fact("received", "2026-01-15"), fact("paused", "2026-02-15"), fact("resumed", "2026-02-20")

    deadline = only(EXTENDABLE, *facts)

    assert (deadline.due_earliest, deadline.due_latest) == (date(2026, 2, 20), date(2026, 2, 20))


def test_days_of_doubtful_stops_are_counted_from_the_last_stop_to_the_first_restart() -> None:
    facts = (
        fact("received", "2026-01-15"),
        fact("paused", "2026-01-20", "2026-01-22"),
        fact("resumed", "2026-01-30", "2026-02-03"),
    )

    deadline = only(EXTENDABLE, *facts)

    assert (deadline.due_earliest, deadline.due_latest) == (date(2026, 2, 23), date(2026, 3, 2))


INTERRUPTED = definition(with_deadline_lines("restarts = true"))


@pytest.mark.parametrize(
    ("paused", "resumed", "due"),
    [
        ("2026-01-20", "2026-01-30", date(2026, 3, 2)),  # 28 February is a Saturday
        ("2026-01-20", "2026-01-10", date(2026, 2, 16)),
        ("2026-01-05", "2026-01-10", date(2026, 2, 16)),
        ("2026-02-17", "2026-03-10", date(2026, 2, 16)),
        ("2026-01-20", "2026-01-20", date(2026, 2, 20)),  # begun again on the day of the stop
        ("2026-01-10", "2026-01-15", date(2026, 2, 16)),  # and on the day of the start
    ],
)
def test_an_interrupted_period_runs_again_in_full_when_it_was_interrupted_in_time(
    paused: str, resumed: str, due: date
) -> None:
    deadline = only(INTERRUPTED, fact("received", "2026-01-15"), fact("paused", paused), fact("resumed", resumed))

    assert deadline.due == due


def test_an_interrupted_period_keeps_its_start_and_tells_the_new_one() -> None:
    deadline = only(
        INTERRUPTED, fact("received", "2026-01-15"), fact("paused", "2026-01-20"), fact("resumed", "2026-01-31")
    )

    assert deadline.start == fact("received", "2026-01-15")
    assert "interrompu le mardi 20 janvier 2026, est reparti en entier le samedi 31 janvier 2026." in said(deadline)
    assert "n’a pas de 31" in said(deadline)
    assert only(INTERRUPTED, fact("received", "2026-01-15"), fact("paused", "2026-01-20")).due is None


def test_a_doubtful_interruption_helps_the_addressee_only() -> None:
    facts = fact("received", "2026-01-15"), fact("paused", "2026-02-10", "2026-02-20"), fact("resumed", "2026-03-02")

    deadline = only(INTERRUPTED, *facts)

    assert (deadline.due_earliest, deadline.due_latest) == (date(2026, 2, 15), date(2026, 4, 2))


@example(first=date(2000, 1, 21), width=9, offsets=[-1, -1, 0, 0, 9, 9], residence="")
@given(
    first=days,
    width=st.integers(0, 40),
    offsets=st.lists(st.integers(-60, 120), min_size=6, max_size=6),
    residence=st.sampled_from(["", "overseas", "abroad"]),
)
def test_stops_and_extensions_never_end_a_period_earlier(
    first: date, width: int, offsets: list[int], residence: str
) -> None:
    days_of = [first + timedelta(days=offset) for offset in offsets]
    spans = [(min(pair), max(pair)) for pair in zip(days_of[::2], days_of[1::2], strict=True)]
    kinds = ("extended", "paused", "resumed")
    told = [StartFact(kind, *span) for kind, span in zip(kinds, spans, strict=True)]
    received = StartFact("received", first, first + timedelta(days=width))

    plain, changed = only(EXTENDABLE, received), only(EXTENDABLE, received, *told, residence=residence)

    assert plain.due_earliest
    assert plain.due_latest
    assert changed.due_earliest
    assert changed.due_latest
    assert plain.due_earliest <= changed.due_earliest <= changed.due_latest
    assert plain.due_latest <= changed.due_latest
