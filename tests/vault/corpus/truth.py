"""What is true of a document: where its numbers stand, which places are innocent, and how it may end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

Point = tuple[float, float]
Polygon = tuple[Point, ...]
"""Fractions of the page as it is shown, from its top left."""


class Ending(StrEnum):
    """How a document may end."""

    SEALED = "sealed"
    FOUND = "found"  # sealed with its number hidden; to be reviewed or unreadable counts as missed, not as a leak
    REFUSED = "refused"
    ANY = "any"  # whatever the verdict, no number is left


@dataclass(frozen=True, slots=True)
class Place:
    """The ink of a number, or of a part of it, on a page (from 1)."""

    page: int
    polygon: Polygon


@dataclass(frozen=True, slots=True)
class Secret:
    """`number` as its digits (and A or B) only. Without places it is nowhere to be seen, but must be nowhere either."""

    number: str
    places: tuple[Place, ...] = ()
    kind: str = "nir"


@dataclass(frozen=True, slots=True)
class Innocent:
    """A number that stays. `drawn`: random digits, of which a few are right by chance."""

    text: str
    place: Place
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """`words`: to be read in what is kept, where the source has no page to compare with (mails)."""

    data: bytes
    suffix: str
    secrets: tuple[Secret, ...] = ()
    innocents: tuple[Innocent, ...] = ()
    ending: Ending = Ending.SEALED
    codes: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    framed: bool = True  # a mail has no frame of its own
    pages: int = 1
    dpi: int = 0  # of a scan
    turns: tuple[int, ...] = (0,)  # quarters by which a reader turns its pages to read them
    lean: float = 0  # degrees by which its sheet leans to the right: a reader straightens it
    kept: frozenset[str] = field(default_factory=frozenset)  # payloads of codes that stay readable


Maker = Callable[[Random], Document]
SEED = "opposable-5"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a document is made; `name` starts with its class and has no suffix."""

    name: str
    make: Maker

    def document(self) -> Document:
        return self.make(Random(f"{SEED}:{self.name}"))

    @property
    def sort(self) -> str:
        return self.name.split("-", 1)[0]
