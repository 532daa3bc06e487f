"""What fails together is done one by one, so that a bad row keeps no other back."""

import logging
from collections.abc import Callable, Iterable

from django.db import DatabaseError

from accounts.fields import MasterKeyMissing

# What a row, its keys or its files may do to a job. A fault of ours is none of these, and ends it.
TROUBLE = (DatabaseError, LookupError, MasterKeyMissing, OSError, ValueError)
_log = logging.getLogger(__name__)


def one_by_one(ids: Iterable[int], do: Callable[[int], object]) -> set[int]:
    """Each alone; those that failed, logged by id."""
    failed = set[int]()
    for pk in ids:
        try:
            do(pk)
        except TROUBLE as error:
            _log.error("Row %s was set aside: %s", pk, type(error).__name__)
            failed.add(pk)
    return failed
