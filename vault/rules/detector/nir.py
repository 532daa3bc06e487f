"""The NIR: thirteen signs and a key of two digits. Made for detection: it neither parses nor keeps one.

Sources: décret 82-103 du 22 janvier 1982, article 4 (sex, year, month, department, commune, order); INSEE for the
months 20-42 and 50-99 of certificates that name none, and for the key: 97 - (number modulo 97).
"""

from dataclasses import dataclass

from vault.rules.detector.runs import Window
from vault.rules.detector.signs import DIGITS, STRONG, WEAK

SIZES = (13, 15)
_FIRST = frozenset("123478")
HEADS = _FIRST | {letter for letter, digit in (STRONG | WEAK).items() if digit in _FIRST}
_MONTHS = frozenset({*range(1, 13), *range(20, 43), *range(50, 100)})
_BORDERS = frozenset({1, 3, 5, 7, 10, 13})
_CORSICA = {"2A": "19", "2B": "18"}
_LEAST_DIGITS = 7  # the rest may be letters read as digits


@dataclass(frozen=True, slots=True)
class Shape:
    """What a stretch of signs has of a NIR.

    `right`: with its key; `grouped`: written in its groups; `aligned`: cut nowhere else; `guessed`: a letter was read
    as a digit that it seldom stands for.
    """

    right: bool
    plausible: bool
    grouped: bool
    aligned: bool
    guessed: bool


def shape(window: Window) -> Shape | None:
    """None when it can be no NIR."""
    for signs in _spellings(window.signs):
        found = _shape(window, signs)
        if found and (found.right or signs == window.signs):
            return found
    return None


def _spellings(signs: str) -> list[str]:
    """As it stands; then with a B of Haute-Corse as the eight that it may be."""
    return [signs, signs[:6] + "8" + signs[7:]] if signs[6] == "B" else [signs]


def _shape(window: Window, signs: str) -> Shape | None:
    if sum(map(str.isdecimal, window.signs)) < _LEAST_DIGITS:
        return None
    number = counted(signs)
    if number is None or number[0] not in _FIRST:
        return None
    inner = window.cuts - {13}
    aligned = window.cuts <= _BORDERS
    department = _department(signs)
    return Shape(
        right=len(signs) == 15 and int(number[13:]) == key_of(number[:13]),
        plausible=int(number[3:5]) in _MONTHS and department != "00",
        grouped=aligned and len(inner) >= 4,
        aligned=aligned,
        guessed=any(sign in WEAK for sign in signs[:6] + ("" if department in _CORSICA else signs[6]) + signs[7:]),
    )


def counted(signs: str) -> str | None:
    """All digits, Corsica as it counts for the key. None when a letter stands where none can."""
    department = _department(signs)
    digits = signs[:5] + _CORSICA.get(department, department) + signs[7:]  # an A elsewhere may be a four
    number = digits.translate(DIGITS)
    return number if number.isdecimal() else None


def _department(signs: str) -> str:
    corsican = signs[6] in "AB"
    return signs[5].translate(DIGITS) + (signs[6] if corsican else signs[6].translate(DIGITS))


def key_of(number: str) -> int:
    return 97 - int(number) % 97
