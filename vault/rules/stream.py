"""Sealing bytes of any length in chunks (STREAM, Hoang-Reyhanitabar-Rogaway-Vizar 2015, over AES-256-GCM).

Layout: MAGIC (4) | prefix (7) | sealed chunk | sealed chunk | ... Each chunk holds 64 KiB of plain bytes (the last one
less) and a tag of 16. Nonce of a chunk: prefix | counter (4, big-endian) | 1 for the last chunk else 0. So a chunk that
was moved, left out or added, and an end cut off at a chunk's border, all fail to open.
"""

from collections.abc import Iterator
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"OPV1"
PREFIX_BYTES = 7
CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16


class Damaged(ValueError):
    """The sealed bytes were changed, cut, or belong to another place."""


class Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


def seal(plain: Readable, *, key: bytes, place: bytes, prefix: bytes) -> Iterator[bytes]:
    """Yield the sealed form. `prefix`: 7 random bytes, never twice with one key. `place` is needed again to open."""
    cipher = AESGCM(key)
    yield MAGIC + prefix
    for counter, (chunk, is_last) in enumerate(_chunks(plain, CHUNK_BYTES)):
        yield cipher.encrypt(_nonce(prefix, counter, is_last=is_last), chunk, place)


def unseal(sealed: Readable, *, key: bytes, place: bytes) -> Iterator[bytes]:
    """Yield plain chunks, each verified before it is given. Raises Damaged, for a cut end only at the end."""
    cipher = AESGCM(key)
    head = _read(sealed, len(MAGIC) + PREFIX_BYTES)
    if len(head) < len(MAGIC) + PREFIX_BYTES or not head.startswith(MAGIC):
        raise Damaged("These bytes are not a sealed file.")
    prefix = head[len(MAGIC) :]
    for counter, (chunk, is_last) in enumerate(_chunks(sealed, CHUNK_BYTES + TAG_BYTES)):
        try:
            yield cipher.decrypt(_nonce(prefix, counter, is_last=is_last), chunk, place)
        except InvalidTag as error:
            raise Damaged("A sealed chunk does not fit its key and place.") from error


def sealed_size(plain_size: int) -> int:
    chunks = max(1, -(-plain_size // CHUNK_BYTES))
    return len(MAGIC) + PREFIX_BYTES + plain_size + chunks * TAG_BYTES


def _nonce(prefix: bytes, counter: int, *, is_last: bool) -> bytes:
    return prefix + counter.to_bytes(4, "big") + bytes([is_last])


def _chunks(source: Readable, size: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces of `size` and whether each is the last; an empty source is one empty last piece."""
    chunk = _read(source, size)
    while True:
        following = _read(source, size) if len(chunk) == size else b""
        yield chunk, not following
        if not following:
            return
        chunk = following


def _read(source: Readable, size: int) -> bytes:
    """Exactly `size` bytes unless the source ends: a stream may give less at a time."""
    piece = source.read(size)
    while piece and len(piece) < size:
        more = source.read(size - len(piece))
        if not more:
            break
        piece += more
    return piece
