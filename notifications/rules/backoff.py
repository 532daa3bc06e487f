"""When a notice is tried again, and when it is given up."""

from datetime import timedelta

MAX_TRIES = 8
OUTAGE_PAUSE = timedelta(minutes=1)
_UNIT = timedelta(minutes=1)
_SPREAD = 0.25


def is_exhausted(attempts: int) -> bool:
    return attempts >= MAX_TRIES


def pause_after(attempts: int, *, jitter: float) -> timedelta:
    """2^attempts minutes, up to a quarter longer (`jitter` from 0 to 1): eight tries span at least four hours."""
    return _UNIT * (2.0**attempts * (1 + _SPREAD * jitter))


def jitter_of(number: int) -> float:
    """From 0 to 1, evenly spread over consecutive numbers (multiples of the golden ratio): no dice needed."""
    return number * 0.6180339887498949 % 1
