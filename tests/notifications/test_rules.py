"""Back-off as plain numbers."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from notifications.rules import backoff

TRIES = st.integers(min_value=1, max_value=backoff.MAX_TRIES)
JITTER = st.floats(min_value=0, max_value=1)


@given(attempts=TRIES, jitter=JITTER)
def test_a_pause_is_a_power_of_two_and_at_most_a_quarter_more(attempts: int, jitter: float) -> None:
    pause = backoff.pause_after(attempts, jitter=jitter)

    assert timedelta(minutes=2**attempts) <= pause <= timedelta(minutes=2**attempts * 1.25)


def test_eight_tries_outlast_two_hours_of_a_broken_server() -> None:
    span = sum((backoff.pause_after(tries, jitter=0) for tries in range(1, backoff.MAX_TRIES)), timedelta())

    assert span > timedelta(hours=4)


def test_the_eighth_try_is_the_last() -> None:
    assert [tries for tries in range(1, 12) if backoff.is_exhausted(tries)] == [8, 9, 10, 11]


@given(number=st.integers(min_value=0, max_value=2**53))
def test_jitter_lies_between_nothing_and_one(number: int) -> None:
    assert 0 <= backoff.jitter_of(number) < 1


def test_neighbours_are_spread_apart() -> None:
    spread = sorted(backoff.jitter_of(number) for number in range(100))

    assert all(0 < after - before < 0.03 for before, after in pairwise(spread))
