"""What a killed process leaves of a copy: a whole database that no erasure reaches, or half an archive.

Whoever makes one holds a lock on it, which goes with the process however that ends. What nobody holds is removed at the
start of each backup, restore and embedded platform. Where a disk knows no locks, nothing is removed.
"""

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

_PREFIX = "copy-"
_PART = re.compile(r"\..+\.[0-9a-f]{32}\.part")


@contextmanager
def folder_in(parent: Path) -> Iterator[Path]:
    """A folder of one's own (mode 0700), removed at the end."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=parent) as name, _held(Path(name), os.O_RDONLY):
        yield Path(name)


@contextmanager
def file_for(out: Path) -> Iterator[Path]:
    """An empty file (mode 0600) in the folder of `out`, removed at the end."""
    temporary = out.with_name(f".{out.name}.{uuid4().hex}.part")
    try:
        with _held(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL):
            yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def remove_leftovers(parent: Path) -> int:
    """Of the copies in this folder those at which nobody works any more. How many."""
    return sum(_is_removed(path) for path in sorted(parent.iterdir()) if _is_copy(path)) if parent.is_dir() else 0


def _is_copy(path: Path) -> bool:
    return bool(_PART.fullmatch(path.name)) or (path.name.startswith(_PREFIX) and path.is_dir())


def _is_removed(path: Path) -> bool:
    with contextlib.suppress(OSError):
        is_folder = path.is_dir()
        with _opened(path, os.O_RDONLY if is_folder else os.O_RDWR) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if is_folder:
                shutil.rmtree(path)
            else:
                path.unlink()
            return True
    return False


@contextmanager
def _held(path: Path, flags: int) -> Iterator[None]:
    with _opened(path, flags) as descriptor:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
