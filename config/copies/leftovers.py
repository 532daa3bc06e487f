"""What a killed process leaves of a copy: a whole database that no erasure reaches, or half an archive.

Whoever makes one holds a lock on it, which goes with the process however that ends. What nobody holds is removed at the
start of each backup, restore and embedded platform: copies in the platform's own folder, half archives where archives
go, where nothing else is touched. Where a disk knows no locks, nothing is removed.
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

# What `tempfile` adds, and what alone lies in it: an operator's own folder may be called so too.
_FOLDER = re.compile(r"copy-[a-z0-9_]{8}")
_DATABASE = "opposable.sqlite3"
_PART = re.compile(r"\..+\.[0-9a-f]{32}\.part")


@contextmanager
def folder_in(parent: Path) -> Iterator[Path]:
    """A folder of one's own (mode 0700), removed at the end."""
    with tempfile.TemporaryDirectory(prefix="copy-", dir=parent) as name, _held(Path(name), os.O_RDONLY):
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


def remove_copies(parent: Path) -> int:
    """Of the copies of the database in this folder those at which nobody works any more. How many."""
    return sum(_is_removed(path) for path in _entries(parent) if _is_copy(path))


def remove_parts(parent: Path) -> int:
    """Of the half archives in this folder those that nobody writes any more. How many."""
    return sum(_is_removed(path) for path in _entries(parent) if _PART.fullmatch(path.name))


def _entries(parent: Path) -> list[Path]:
    return sorted(parent.iterdir()) if parent.is_dir() else []


def _is_copy(path: Path) -> bool:
    is_named_so = bool(_FOLDER.fullmatch(path.name)) and path.is_dir()
    return is_named_so and all(inner.name.startswith(_DATABASE) for inner in path.iterdir())


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
