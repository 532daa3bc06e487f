"""An archive on the disk: a head in plain (who can open it), then a body sealed in chunks (`vault.rules.stream`).

Layout: MAGIC | length of the head (4, big-endian) | head, JSON | body. The head's SHA-256 is the body's place: a head
that was changed opens nothing. Reading and writing hold a chunk of 64 KiB at a time.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from config.copies.keys import Lock
from config.copies.refused import Refused
from vault.rules import stream

MAGIC = b"OPPOSABLE BACKUP 1\n"
_LENGTH = 4
_LONGEST_HEAD = 4096


class Pulled:
    """An iterator of pieces, read as a file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = bytearray()

    def read(self, size: int = -1, /) -> bytes:
        """`size` bytes, or what is left of them."""
        while size < 0 or len(self._rest) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._rest += piece
        end = len(self._rest) if size < 0 else size
        taken = bytes(self._rest[:end])
        del self._rest[:end]
        return taken


def seal(body: Iterable[bytes], *, lock: Lock, key: bytes) -> Iterator[bytes]:
    head = json.dumps(lock, sort_keys=True).encode()
    opening = MAGIC + len(head).to_bytes(_LENGTH, "big") + head
    yield opening
    prefix = secrets.token_bytes(stream.PREFIX_BYTES)
    yield from stream.seal(Pulled(body), key=key, place=_place(opening), prefix=prefix)


def unseal(archive: BinaryIO, opener: Callable[[Lock], bytes]) -> Iterator[bytes]:
    """The body, each piece verified before it is given. Raises Refused: the key at once, a damage where it is met."""
    opening, lock = _head(archive)
    key = opener(lock)

    def pieces() -> Iterator[bytes]:
        try:
            yield from stream.unseal(archive, key=key, place=_place(opening))
        except stream.Damaged:
            raise Refused(
                f"The archive is damaged or cut short, near byte {archive.tell()}: take another copy of it. "
                "Nothing was touched."
            ) from None

    return pieces()


def _head(archive: BinaryIO) -> tuple[bytes, Lock]:
    opening = archive.read(len(MAGIC) + _LENGTH)
    if not opening.startswith(MAGIC):
        raise Refused("This file is no archive of `manage.py backup`.")
    length = int.from_bytes(opening[len(MAGIC) :], "big")
    head = archive.read(min(length, _LONGEST_HEAD))
    try:
        lock: Lock = json.loads(head)
        if {type(value) for value in lock.values()} != {str} or not {"to", "check"} <= lock.keys():
            raise ValueError
    except (ValueError, AttributeError, RecursionError):
        raise Refused("The head of this archive is damaged: take another copy of it.") from None
    return opening + head, lock


def _place(opening: bytes) -> bytes:
    return hashlib.sha256(opening).digest()
