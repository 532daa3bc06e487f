"""Hash chains: each hash covers the one before, so that an edit, a gap, a swap or a cut end shows."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


def hash_of(content: Sequence[object], *, previous: str) -> str:
    """SHA-256, in hex, of the previous hash and the content in canonical JSON."""
    told = json.dumps([previous, *content], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


class Flaw(StrEnum):
    EDITED = "edited"  # the content is not what was hashed, or stands where something else stood
    GAP = "gap"  # a place is missing
    UNKNOWN_KIND = "unknown_kind"
    CUT = "cut"  # the chain once was longer: a head was written outside
    REPLACED = "replaced"  # whole, and not the chain whose head was written outside
    CONTRADICTED = "contradicted"  # two different heads were written outside for one place
    GONE = "gone"  # heads were written outside for an association that is not there


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an association's audit log in plain values; `at` in ISO format, UTC."""

    id: int
    association: int
    kind: str
    at: str
    by: str
    about: str
    about_id: str
    why: str
    payload: Mapping[str, object]
    place: int
    hash: str

    def content(self) -> list[object]:
        told = [self.association, self.place, self.id, self.kind, self.at, self.by, self.about, self.about_id, self.why]
        return [*told, self.payload]


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong, and at which place."""

    flaw: Flaw
    place: int


def flaws(entries: Iterable[Entry], *, kinds: frozenset[str], heads: Mapping[int, Sequence[str]]) -> list[Found]:
    """All that is wrong with a chain whose entries come by place; [] when it holds.

    `heads`: place to the hashes that were written outside for it, the first of which holds. After a gap or an edit the
    chain is followed from what stands there, so that each fault is told once.
    """
    found: list[Found] = []
    previous, last = "", 0
    for entry in entries:
        if entry.place != last + 1:
            found.append(Found(Flaw.GAP, last + 1))
        elif entry.hash != hash_of(entry.content(), previous=previous):
            found.append(Found(Flaw.EDITED, entry.place))
        if entry.kind not in kinds:
            found.append(Found(Flaw.UNKNOWN_KIND, entry.place))
        if heads.get(entry.place, (entry.hash,))[0] != entry.hash:
            found.append(Found(Flaw.REPLACED, entry.place))
        previous, last = entry.hash, entry.place
    if max(heads, default=0) > last:
        found.append(Found(Flaw.CUT, last + 1))
    return found + [Found(Flaw.CONTRADICTED, place) for place in sorted(heads) if len(set(heads[place])) > 1]
