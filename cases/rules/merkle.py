"""A Merkle tree as RFC 6962 (June 2013), 2.1, cuts it: one root for many leaves, and a short proof for each.

Leaves and inner nodes are hashed with different first bytes, so that neither can be passed off as the other.
"""

import hashlib
from collections.abc import Iterable, Sequence

_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(content: bytes) -> bytes:
    return hashlib.sha256(_LEAF + content).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaf hashes in their order. Raises ValueError for none: nothing has no proof."""
    if not leaves:
        raise ValueError("A tree has at least one leaf.")
    if len(leaves) == 1:
        return leaves[0]
    cut = _cut(len(leaves))
    return _node(root_of(leaves[:cut]), root_of(leaves[cut:]))


def path_to(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The hashes beside the way from this leaf up to the root, the lowest first. Raises IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError("The tree has no such leaf.")
    if len(leaves) == 1:
        return []
    cut = _cut(len(leaves))
    if index < cut:
        return [*path_to(index, leaves[:cut]), root_of(leaves[cut:])]
    return [*path_to(index - cut, leaves[cut:]), root_of(leaves[:cut])]


def root_from(leaf: bytes, *, index: int, size: int, path: Iterable[bytes]) -> bytes | None:
    """Where a proof leads, as RFC 9162 (December 2021), 2.1.3.2, walks it; None for one that fits no such tree."""
    if not 0 <= index < size:
        return None
    here, place, last = leaf, index, size - 1
    for beside in path:
        if last == 0:
            return None
        if place % 2 or place == last:
            here = _node(beside, here)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            here = _node(here, beside)
        place, last = place >> 1, last >> 1
    return here if last == 0 else None


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


def _cut(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1
