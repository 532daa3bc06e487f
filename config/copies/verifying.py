"""Reading an archive to its end before anything is touched: every byte opens, and it holds what its manifest says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO

from config.copies import entries, envelope, manifest, postgres
from config.copies.envelope import Pulled
from config.copies.keys import Lock
from config.copies.manifest import Listed, Manifest, Measured
from config.copies.refused import Refused

Opener = Callable[[Lock], bytes]
_DUMP_OF_POSTGRES = b"PGDMP"


@dataclass(slots=True)
class _Found:
    database: Measured | None = None
    rows: dict[str, int] | None = None
    blobs: Listed = field(default_factory=Listed)
    manifest: Manifest | None = None


def verify(archive: BinaryIO, *, opener: Opener) -> Manifest:
    """Raises Refused at the first thing that does not fit. Writes nothing, and holds a chunk at a time."""
    found = _Found()
    for name, pieces in contents(archive, opener=opener):
        if found.manifest or (name == entries.DATABASE) == bool(found.database):
            raise Refused("The archive holds more than its manifest says, or elsewhere: it is not to be trusted.")
        if name == entries.DATABASE:
            _measure_database(found, pieces)
        elif name.startswith(entries.BLOB):
            _measure_blob(found, entries.blob_of(name).name, pieces)
        elif name == entries.MANIFEST:
            found.manifest = manifest.read(b"".join(pieces))
        else:
            raise Refused("The archive holds something that this version does not know. Nothing was touched.")
    return _fitting(found)


def contents(archive: BinaryIO, *, opener: Opener) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each entry, from the start of the archive."""
    archive.seek(0)
    return entries.read(Pulled(envelope.unseal(archive, opener)))


def _measure_database(found: _Found, pieces: Iterator[bytes]) -> None:
    start = next(pieces, b"")
    found.database = Measured(chain([start], pieces))
    if start.startswith(_DUMP_OF_POSTGRES):
        found.rows = postgres.rows_in_dump(found.database)
    else:
        found.database.exhaust()


def _measure_blob(found: _Found, name: str, pieces: Iterator[bytes]) -> None:
    blob = Measured(pieces)
    blob.exhaust()
    found.blobs.add(f"{name} {blob.sha256}".encode(), size=blob.size)


def _fitting(found: _Found) -> Manifest:
    told = found.manifest
    if told is None:
        raise Refused("The archive ends before its manifest: take another copy of it. Nothing was touched.")
    database = found.database
    if database is None or (told.database_bytes, told.database_sha256) != (database.size, database.sha256):
        raise Refused("The database in the archive is not the one that its manifest names: take another copy.")
    if (told.blobs, told.blob_bytes, told.blobs_digest) != (found.blobs.count, found.blobs.size, found.blobs.digest):
        raise Refused("The sealed files in the archive are not those that its manifest counts: take another copy.")
    wanted = {name: table.rows for name, table in told.tables.items()}
    if found.rows is not None and found.rows != wanted:
        unlike = sorted(name for name in {*wanted, *found.rows} if wanted.get(name) != found.rows.get(name))
        raise Refused(f"The dump in the archive lacks rows of {', '.join(unlike[:5])}: it was not made as the owner.")
    return told
