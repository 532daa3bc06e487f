"""The end of a process that sends: the mail that is on its way is finished, no other one is taken up."""

import mmap
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# One byte that a worker shares with the processes that it forks: they hear nothing of its SIGTERM.
_leaving = mmap.mmap(-1, 1)


def leave(**_told: Any) -> None:
    """Take up no more mails, so that a deploy kills nothing and doubles nothing."""
    _leaving[0] = 1


def is_leaving() -> bool:
    return bool(_leaving[0])


@contextmanager
def ending_well() -> Iterator[None]:
    """SIGTERM ends the work after the mail that is on its way. In the main thread of a command."""
    former = signal.signal(signal.SIGTERM, lambda _number, _frame: leave())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)
