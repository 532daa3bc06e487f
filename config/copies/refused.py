"""Why a copy was not made or not taken back. The message says what to do; nothing that stood was changed."""

import errno
import sqlite3

from django.core.management.base import CommandError

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Refused(CommandError):
    """A copy that cannot be trusted, read, written or put where it was asked for."""


def explain_disk(error: OSError | sqlite3.Error, *, doing: str) -> Refused:
    if isinstance(error, sqlite3.Error):
        is_full, told = error.sqlite_errorcode == sqlite3.SQLITE_FULL, str(error)
    else:
        is_full, told = error.errno in _NO_ROOM, str(error.strerror)
    if is_full:
        return Refused(f"There is no room left {doing}. Make room, or choose another disk, and run it again.")
    return Refused(f"It failed {doing}: {told}.")
