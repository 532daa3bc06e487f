"""The list of destroyed keys, outside the database: a backup from before that is restored must not bring one back.

One id a line, nothing else: an id opens nothing and names nobody.
"""

import fcntl
import logging
import os
from collections.abc import Collection
from pathlib import Path
from uuid import UUID

from django.conf import settings

_log = logging.getLogger("accounts.destroyed")
_LONGEST = 36


def list_destroyed(subjects: Collection[UUID]) -> None:
    """Append ids. A file that cannot be written stops no erasure: the log has them, then the next backup."""
    try:
        _append(Path(settings.DESTROYED_KEYS_FILE), subjects)
    except OSError as error:
        _log.error("destroyed keys are not listed outside (%s): %s", type(error).__name__, _ids_of(subjects))


def _ids_of(subjects: Collection[UUID]) -> str:
    return ", ".join(sorted(map(str, subjects)))


def complete_destroyed(subjects: Collection[UUID]) -> set[UUID]:
    """Append those that the list lacks, and make the file where there is none. All it holds then. Raises OSError."""
    path = Path(settings.DESTROYED_KEYS_FILE)
    known = read_destroyed(path) if path.exists() else set()
    _append(path, set(subjects) - known)
    return known | set(subjects)


def read_destroyed(path: Path) -> set[UUID]:
    """What is no id (a line that a full disk cut) hides none of the others. Raises OSError."""
    found = set()
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        try:
            found.add(UUID(line.strip()[: _LONGEST + 1]))
        except ValueError:
            continue
    return found


def _append(path: Path, subjects: Collection[UUID]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        lines = "".join(f"{subject}\n" for subject in sorted(subjects))
        file.write((("" if _ends_well(file.fileno()) else "\n") + lines).encode("ascii"))
        file.flush()
        os.fsync(file.fileno())


def _ends_well(descriptor: int) -> bool:
    """False where a full disk cut the last line: the next one keeps its own."""
    size = os.fstat(descriptor).st_size
    return not size or os.pread(descriptor, 1, size - 1) == b"\n"
