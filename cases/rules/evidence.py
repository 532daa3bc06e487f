"""What a day's root stands for: the leaves of its tree, what an authority dates, and how a proof is written.

A leaf is a short list in canonical JSON, its kind first:

    ["journal", 7, 12, "ab…"]            case 7: its chain ended at place 12, with this hash
    ["file", 7, 3, "cd…", "ef…"]         justificatif 3 of case 7: SHA-256 of the sealed PDF, and of its ciphertext
    ["fingerprint", 7, 4, "01…"]         justificatif 4 of case 7: the fingerprint of a file that its owner kept
    ["root", "2026-11-22", "23…"]        the root before this one
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cases.rules import merkle


class LeafKind(StrEnum):
    JOURNAL = "journal"
    FILE = "file"
    FINGERPRINT = "fingerprint"
    ROOT = "root"


Leaf = Sequence[str | int]


def journal_leaf(*, case: int, place: int, hash_: str) -> Leaf:
    return [LeafKind.JOURNAL.value, case, place, hash_]


def file_leaf(*, case: int, justificatif: int, pdf: str, cipher: str) -> Leaf:
    return [LeafKind.FILE.value, case, justificatif, pdf, cipher]


def fingerprint_leaf(*, case: int, justificatif: int, fingerprint: str) -> Leaf:
    return [LeafKind.FINGERPRINT.value, case, justificatif, fingerprint]


def root_leaf(*, day: str, root: str) -> Leaf:
    return [LeafKind.ROOT.value, day, root]


def digest_of(leaf: Leaf) -> bytes:
    return merkle.leaf_hash(json.dumps(list(leaf), separators=(",", ":")).encode())


def statement_of(*, day: str, size: int, root: str) -> bytes:
    """What an authority dates: a text of four lines that anybody can read. It names no association and no person."""
    return f"Opposable, racine de Merkle / Merkle root\n{day}\n{size}\n{root}\n".encode()


@dataclass(frozen=True, slots=True)
class Proof:
    """That a leaf stands in the tree of a day; hashes in hex."""

    leaf: Leaf
    day: str
    index: int
    size: int
    path: tuple[str, ...]

    @property
    def root(self) -> str:
        """Where it leads; "" for one that fits no tree."""
        path = [bytes.fromhex(beside) for beside in self.path]
        found = merkle.root_from(digest_of(self.leaf), index=self.index, size=self.size, path=path)
        return found.hex() if found else ""

    def to_json(self) -> dict[str, object]:
        return {
            "leaf": list(self.leaf),
            "day": self.day,
            "index": self.index,
            "size": self.size,
            "path": list(self.path),
            "root": self.root,
        }


class Unreadable(ValueError):
    """It is no proof of ours."""


def read_proof(told: object) -> Proof:
    """Raises Unreadable. The root that it claims for itself is not read: it is computed."""
    match told:
        case {"leaf": list(leaf), "day": str(day), "index": int(index), "size": int(size), "path": list(path)}:
            is_leaf = all(isinstance(part, str | int) for part in leaf)
            if is_leaf and _is_day(day) and all(_is_hash(beside) for beside in path):
                return Proof(leaf=leaf, day=day, index=index, size=size, path=tuple(path))
    raise Unreadable("It is no proof.")


def _is_day(told: str) -> bool:
    with suppress(ValueError):
        return date.fromisoformat(told).isoformat() == told
    return False


def _is_hash(told: object) -> bool:
    return isinstance(told, str) and len(told) == 64 and all(sign in "0123456789abcdef" for sign in told)


def prove(leaf: Leaf, digests: Sequence[bytes], *, index: int, day: str) -> Proof:
    """`digests`: of all leaves of that day, in the order of the tree."""
    path = tuple(beside.hex() for beside in merkle.path_to(index, digests))
    return Proof(leaf=leaf, day=day, index=index, size=len(digests), path=path)
