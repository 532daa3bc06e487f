"""A process that promises mails while everything breaks: it writes down each one whose COMMIT was answered.

    python -m tests.chaos.promising FIRST LAST LEDGER PER_SECOND

Killed, it starts again where its ledger ends; what was committed without an answer is promised again under its key.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import django

django.setup()

from django.db import DatabaseError, connection, transaction  # noqa: E402  Django is set up first
from django.utils import timezone  # noqa: E402  the same

from accounts import scope  # noqa: E402  the same
from accounts.access import active_associations  # noqa: E402  the same
from notifications.actions import NoticeRow, queue_many  # noqa: E402  the same
from tests.chaos.apps import KIND  # noqa: E402  the same

BATCH = 10
Answer = TypeVar("Answer")


def main(first: int, last: int, ledger: Path, per_second: float) -> None:
    done = max([first - 1, *map(int, ledger.read_text().split())]) if ledger.exists() else first - 1
    association = persistently(lambda: next(iter(active_associations())))
    with ledger.open("a") as book:
        for start in range(done + 1, last + 1, BATCH):
            people = range(start, min(start + BATCH, last + 1))
            persistently(lambda people=people: promise(association.pk, people))  # type: ignore[misc]  # one each
            book.writelines(f"{person}\n" for person in people)
            book.flush()
            time.sleep(BATCH / per_second)


def persistently(work: Callable[[], Answer]) -> Answer:
    """Until the database answered."""
    while True:
        try:
            return work()
        except DatabaseError:
            connection.close()
            time.sleep(0.2)


def promise(association_id: int, people: range) -> None:
    rows = [NoticeRow(kind=KIND, dedupe_key=f"chaos:{person}", ids={"person": person}) for person in people]
    with transaction.atomic(), scope.enter(association_id):
        queue_many(rows, at=timezone.now())


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4]))
