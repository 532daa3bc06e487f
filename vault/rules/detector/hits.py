"""What was found in a text, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Seen(StrEnum):
    """What a text seems to hold; the same words as a zone's on a page."""

    NIR = "nir"
    KEY = "nir-key"
    CARD = "vitale"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Hit:
    """The signs `start` to `end` (excluded) of a text. `certain`: no person may say that it is something else."""

    start: int
    end: int
    kind: Seen
    certain: bool


def apart(hits: Sequence[Hit]) -> list[Hit]:
    """In the order of the text, none over another: what is certain wins, then a NIR, then what is longer."""
    kept: list[Hit] = []
    taken = bytearray(max((hit.end for hit in hits), default=0))
    for hit in sorted(hits, key=_rank):
        if not any(taken[hit.start : hit.end]):
            taken[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)


def _rank(hit: Hit) -> tuple[bool, bool, int, int]:
    return (not hit.certain, hit.kind is not Seen.NIR, hit.start - hit.end, hit.start)
