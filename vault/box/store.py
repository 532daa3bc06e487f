"""Bytes on the disk: sealed blobs, written so that they stay, through Django's storage API."""

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


def write(name: str, pieces: Iterable[bytes]) -> str:
    """Store a blob under a new name and return its SHA-256 in hex. When this returns, a power cut does not lose it.

    In a folder: temporary file, fsync, rename, fsync of the folder. An object store keeps a whole object or none.
    """
    digest = hashlib.sha256()
    try:
        target = Path(default_storage.path(name))
    except NotImplementedError:
        default_storage.save(name, ContentFile(b"".join(_hashed(pieces, digest))))
    else:
        _make_folder(target.parent)
        _write_durably(target, _hashed(pieces, digest))
    return digest.hexdigest()


def read(name: str) -> IO[bytes]:
    """Open a blob. Raises FileNotFoundError."""
    return default_storage.open(name, "rb")


def sha256_of(name: str) -> str:
    """Raises FileNotFoundError."""
    with read(name) as blob:
        return hashlib.file_digest(blob, "sha256").hexdigest()  # type: ignore[arg-type]  # Django's File reads and has no readinto of its own


def remove(name: str) -> None:
    default_storage.delete(name)


def remove_folder(name: str) -> None:
    """Where folders are real; an empty one only, and one that is not there does no harm."""
    with contextlib.suppress(NotImplementedError, OSError):
        Path(default_storage.path(name)).rmdir()


def names_in(folder: str) -> list[str]:
    """The blobs right in a folder."""
    return _listed(folder)[1]


def folders_in(folder: str) -> list[str]:
    return _listed(folder)[0]


def names_of(association_id: int | str) -> Iterator[str]:
    """Every blob below an association's folder, left-over temporary files included."""
    for folder in _listed(str(association_id))[0]:
        path = f"{association_id}/{folder}"
        yield from (f"{path}/{name}" for name in _listed(path)[1])


def folders() -> list[str]:
    """The top of the store: one folder an association, and whatever else came there."""
    return _listed("")[0]


def strays() -> list[str]:
    """What lies at the top of the store, or right in a folder of it: no blob is written there."""
    return [*_listed("")[1], *(f"{folder}/{name}" for folder in folders() for name in _listed(folder)[1])]


def stored_at(name: str) -> datetime | None:
    """When the blob was written; None when it is gone."""
    with contextlib.suppress(FileNotFoundError):
        return default_storage.get_modified_time(name)
    return None


def _listed(path: str) -> tuple[list[str], list[str]]:
    try:
        folders, names = default_storage.listdir(path)
    except OSError:  # not there, or not to be read: then each blob in it is told as such
        return [], []
    return sorted(folders), sorted(names)


def _hashed(pieces: Iterable[bytes], digest: "hashlib._Hash") -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def _write_durably(target: Path, pieces: Iterable[bytes]) -> None:
    temporary = target.with_name(f"{uuid4().hex}.tmp")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as blob:
            blob.writelines(pieces)
            blob.flush()
            os.fsync(blob.fileno())
        temporary.rename(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _make_folder(folder: Path) -> None:
    """Make the folder and its parents for this process alone, each known to the disk before it is used."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
