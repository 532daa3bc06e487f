"""The short form of `make chaos`: a little of everything, under the real processes."""

from collections import Counter
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from tests.chaos.account import Account, of_promises
from tests.chaos.apps import address
from tests.chaos.ground import ground
from tests.chaos.scenarios import SHORT, everything


@pytest.mark.postgres
@pytest.mark.slow
def test_nothing_is_lost_and_only_a_death_while_sending_doubles(tmp_path: Path) -> None:
    with ground(tmp_path, lease=8) as made:
        mails, sweep = everything(made, SHORT, Random(1))

    assert (mails.promised, mails.delivered, mails.refused, mails.lost) == (60, 59, 1, 0), mails
    assert (sweep.promised, sweep.delivered, sweep.lost) == (24, 24, 0), sweep
    assert mails.holds, mails
    assert sweep.holds, sweep
    assert mails.bound


def counted(rows: dict[int, tuple[str, str]], copies: dict[int, list[str]], *, bound: int = 0) -> Account:
    """`rows`: state and Message-ID by person; `copies`: under which ids each person's mail arrived."""
    made: Any = SimpleNamespace(
        rows=lambda sql: [(f"chaos:{person}", *row) for person, row in rows.items()],
        sink=SimpleNamespace(copies={address(n): Counter(ids) for n, ids in copies.items()}, never={address(9)}),
    )
    return of_promises(made, "x", people=rows, bound=bound, words="")


@pytest.mark.parametrize(
    ("rows", "copies", "bound", "holds"),
    [
        ({1: ("sent", "<a>")}, {1: ["<a>"]}, 0, True),
        ({1: ("sent", "<a>")}, {}, 0, False),
        ({1: ("dead", "<a>")}, {}, 0, False),
        ({9: ("dead", "<a>")}, {}, 0, True),
        ({9: ("waiting", "<a>")}, {}, 0, False),
        ({1: ("sent", "<a>")}, {1: ["<a>", "<a>"]}, 0, False),
        ({1: ("sent", "<a>")}, {1: ["<a>", "<a>"]}, 1, True),
        ({1: ("sent", "<a>")}, {1: ["<a>", "<b>"]}, 1, False),
        ({1: ("", "")}, {1: ["<a>"]}, 1, False),
    ],
)
def test_the_account_sees_what_was_lost_and_what_came_twice(
    rows: dict[int, tuple[str, str]], copies: dict[int, list[str]], bound: int, holds: bool
) -> None:
    account = counted(rows, copies, bound=bound)

    assert account.holds is holds
    assert ("BROKEN" in account.line()) is not holds
