"""Writing an archive: the database as it stands at one instant, then every sealed file that it names."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import connection

from accounts.actions import complete_destroyed
from config.copies import entries, envelope, leftovers, postgres, sqlite
from config.copies.keys import Lock
from config.copies.manifest import Listed, Manifest, Measured
from config.copies.proof import proven
from config.copies.refused import Refused, explain_disk
from config.copies.sources import BLOBS, Source, keyless_in, migrations_in
from config.copies.verifying import Opener, verify
from vault.box import store

_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An archive that was read again and holds what its manifest says.

    `missing`: sealed files that a row names even afterwards, and that are not in the store: nobody removed them.
    """

    path: str
    missing: list[str]
    bytes: int
    sha256: str
    manifest: Manifest


def snapshot() -> AbstractContextManager[Source]:
    if connection.vendor == "postgresql":
        return postgres.snapshot()
    return sqlite.snapshot(Path(str(connection.settings_dict["NAME"])))


def write(out: Path, *, lock: Lock, key: bytes, at: datetime) -> Written:
    """Write the archive beside `out`, read it again, and only then give it its name. Raises Refused.

    Nothing lies under the name before it is whole, and nothing is left of what failed.
    """
    try:
        leftovers.remove_copies(Path(settings.VAR_DIR))
        leftovers.remove_parts(out.parent)
        with leftovers.file_for(out) as temporary:
            return _written(out, temporary, lock=lock, key=key, at=at)
    except (OSError, sqlite3.Error) as error:
        raise explain_disk(error, doing=f"while the archive was written to {out.parent}") from error


def _written(out: Path, temporary: Path, *, lock: Lock, key: bytes, at: datetime) -> Written:
    with snapshot() as source:
        _write_durably(temporary, envelope.seal(_body(source, at=at), lock=lock, key=key))
    with temporary.open("rb") as archive:
        manifest = verify(archive, opener=_known(key))
    written = Written(
        path=str(out),
        missing=_still_named(manifest.gone),
        bytes=temporary.stat().st_size,
        sha256=_sha256_of(temporary),
        manifest=manifest,
    )
    _name(temporary, out)
    return written


def _still_named(gone: Collection[str]) -> list[str]:
    """Of the blobs that were not there those that the database names even now."""
    if not gone:
        return []
    with snapshot() as source:
        return sorted({name for name, _ in source.rows(BLOBS)}.intersection(gone))


def _known(key: bytes) -> Opener:
    """The archive that was just written opens with its own key: the machine need not hold what opens it later."""
    return lambda _lock: key


def _body(source: Source, *, at: datetime) -> Iterator[bytes]:
    """1. The snapshot's tables are counted. 2. Its dump. 3. The blobs that it names. 4. What all that was."""
    tables, migrations = source.tables(), migrations_in(source)
    destroyed = complete_destroyed(keyless_in(source, tables=tables))
    dump, blobs = Measured(source.dump()), Blobs()
    yield from entries.framed(entries.DATABASE, dump)
    yield from blobs.entries(source)
    manifest = Manifest(
        made_at=at.isoformat(),
        engine=source.engine,
        migrations=migrations,
        tables=tables,
        database_bytes=dump.size,
        database_sha256=dump.sha256,
        blobs=blobs.sum.count,
        blob_bytes=blobs.sum.size,
        blobs_digest=blobs.sum.digest,
        destroyed=sorted(map(str, destroyed)),
        gone=blobs.gone,
        damaged=blobs.damaged,
    )
    yield from entries.framed(entries.MANIFEST, [proven(manifest).written()])


class Blobs:
    """Every sealed file of a snapshot, one open at a time."""

    def __init__(self) -> None:
        self.sum = Listed()
        self.gone: list[str] = []
        self.damaged: list[str] = []

    def entries(self, source: Source) -> Iterator[bytes]:
        for name, digest in source.rows(BLOBS):
            try:
                blob = store.read(name)
            except FileNotFoundError:
                self.gone.append(name)
                continue
            with closing(blob):
                measured = Measured(iter(lambda opened=blob: opened.read(_PIECE), b""))  # type: ignore[misc]  # as of now
                yield from entries.framed(entries.BlobEntry(digest, name).entry, measured)
            self.sum.add(f"{name} {measured.sha256}".encode(), size=measured.size)
            if measured.sha256 != digest:
                self.damaged.append(name)


def _write_durably(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(pieces)
        file.flush()
        os.fsync(file.fileno())


def _name(temporary: Path, out: Path) -> None:
    """A link is refused where the name was taken meanwhile; a rename would write over it."""
    try:
        os.link(temporary, out)
    except FileExistsError:
        raise Refused(f"{out} is there already, and was not written over: choose another name.") from None
    descriptor = os.open(out.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def note_last(written: Written) -> None:
    """Where whoever watches reads how old the last backup is. Raises OSError."""
    path = last_backup_file()
    told = {
        "made_at": written.manifest.made_at,
        "bytes": written.bytes,
        "rows": written.manifest.rows,
        "blobs": written.manifest.blobs,
        "sha256": written.sha256,
    }
    temporary = path.with_name(f"{path.name}.{uuid4().hex}")
    temporary.write_text(json.dumps(told) + "\n", encoding="utf-8")
    temporary.replace(path)


def last_backup_file() -> Path:
    return Path(settings.BACKUP_STATE_FILE)


def last_backup_at() -> datetime | None:
    """When the last archive was made here; None when none was, or when what was noted cannot be read."""
    try:
        return datetime.fromisoformat(json.loads(last_backup_file().read_text(encoding="utf-8"))["made_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
