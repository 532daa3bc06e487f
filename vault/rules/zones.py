"""Places on a page that are hidden: what the machine found, and what a person drew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict

Point = tuple[float, float]
"""Fractions (0 to 1) of the page's width and height, from its top left."""


class Mark(StrEnum):
    """Why a place is hidden."""

    NIR = "nir"
    KEY = "nir-key"
    CARD = "vitale"
    CODE = "code"
    BARCODE = "barcode"
    OWN = "own"  # drawn by the person who confirms


class ZoneDict(TypedDict):
    page: int
    polygon: list[list[float]]
    kind: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon of at least three points on a page (from 1). What is certain stays hidden, whatever anybody says."""

    page: int
    polygon: tuple[Point, ...]
    kind: Mark
    certain: bool

    @classmethod
    def box(cls, page: int, *, left: float, top: float, right: float, bottom: float) -> "Zone":
        """What a person drew. Raises BadZone unless it is a rectangle within the page."""
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            raise BadZone("A zone lies within its page, and is wider and higher than nothing.")
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        return cls(page, corners, Mark.OWN, certain=True)

    def to_json(self) -> ZoneDict:
        polygon = [[round(x, 5), round(y, 5)] for x, y in self.polygon]
        return {"page": self.page, "polygon": polygon, "kind": self.kind.value, "certain": self.certain}

    @classmethod
    def from_json(cls, data: "ZoneDict | Mapping[str, object]") -> "Zone":
        """Raises BadZone for what `to_json` never gives."""
        try:
            polygon = tuple((float(x), float(y)) for x, y in _pairs(data["polygon"]))
            return cls(int(str(data["page"])), polygon, Mark(str(data["kind"])), certain=data["certain"] is True)
        except (KeyError, TypeError, ValueError) as error:
            raise BadZone("This is no zone.") from error


class BadZone(ValueError):
    """A zone that lies nowhere on a page."""


def _pairs(polygon: object) -> Sequence[Sequence[float]]:
    if not isinstance(polygon, (list, tuple)) or len(polygon) < 3:
        raise BadZone("A polygon has three points at least.")
    return polygon
