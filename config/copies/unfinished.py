"""A restore that was cut short is told at each start, until it is run again to its end.

Beside the list of destroyed keys, which whoever restores and whoever serves share.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from config.copies.refused import Refused


def path() -> Path:
    return Path(settings.DESTROYED_KEYS_FILE).with_name("restore-unfinished")


@contextmanager
def begun(made_at: str) -> Iterator[None]:
    """From here on a restore is under way, until `end`. A refusal within leaves the database as it was: then nothing is
    unfinished, unless by an earlier one. Raises OSError."""
    was_there = path().exists()
    path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path().write_text(json.dumps({"made_at": made_at}) + "\n", encoding="utf-8")
    try:
        yield
    except (OSError, sqlite3.Error, Refused):
        if not was_there:
            end()
        raise


def end() -> None:
    path().unlink(missing_ok=True)


def told() -> str:
    """What is unfinished, in a sentence; "" when nothing is."""
    if not path().exists():
        return ""
    return (
        "A restore was begun and did not come to its end: sealed files may be missing, and whoever was erased since "
        "the archive was made may be found again."
    )


def remedy() -> str:
    return (
        "Run the same restore again, with --replace: it does no harm twice. If you keep the database as it is, remove "
        f"{path()}."
    )
