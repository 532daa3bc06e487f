"""What stands in an archive's body: named entries of any length, in order, the manifest the last one.

An entry: length of its name (2, big-endian) | name | frames | 0. A frame: its length (4, big-endian) | bytes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.copies.refused import Refused
from vault.rules.stream import Readable

DATABASE = "database"
BLOB = "blob/"
MANIFEST = "manifest"
_FRAME = 1024 * 1024


@dataclass(frozen=True, slots=True)
class BlobEntry:
    """A sealed file: the hash that its row names, and its name in the store."""

    digest: str
    name: str

    @property
    def entry(self) -> str:
        return f"{BLOB}{self.digest}/{self.name}"


def blob_of(entry: str) -> BlobEntry:
    digest, _, name = entry.removeprefix(BLOB).partition("/")
    return BlobEntry(digest, name)


def framed(name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    raw = name.encode()
    yield len(raw).to_bytes(2, "big") + raw
    for piece in pieces:
        for start in range(0, len(piece), _FRAME):
            part = piece[start : start + _FRAME]
            yield len(part).to_bytes(4, "big")
            yield part
    yield bytes(4)


def read(body: Readable) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each entry's name and pieces; what was not taken of them is passed over. Raises Refused at what is no body."""
    while head := body.read(2):
        name = _exactly(body, int.from_bytes(head, "big")).decode()
        pieces = _frames(body)
        yield name, pieces
        for _ in pieces:
            pass


def _frames(body: Readable) -> Iterator[bytes]:
    while length := int.from_bytes(_exactly(body, 4), "big"):
        if length > _FRAME:
            raise Refused("The archive holds something that this version does not know.")
        yield _exactly(body, length)


def _exactly(body: Readable, size: int) -> bytes:
    taken = body.read(size)
    if len(taken) < size:
        raise Refused("The archive ends before its end: take another copy of it. Nothing was touched.")
    return taken
