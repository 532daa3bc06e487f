"""The NIR: thirteen signs and a key of two digits. Made for detection: it neither parses nor keeps one.

Sources: décret 82-103 du 22 janvier 1982, article 4 (sex, year, month, department, commune, order); INSEE for the
months 20-42 and 50-99 of certificates that name none, and for the key: 97 - (number modulo 97).
"""

from dataclasses import dataclass

from vault.rules.detector.signs import DIGITS, STRONG, WEAK

SIZES = (15, 13)
SLIPPED = (16, 14, 12)
"""With a sign too many or too few: a slip of the hand, or of the machine that read it."""

BORDERS = (1, 3, 5, 7, 10, 13)
"""After how many signs a NIR is cut when it is written in its groups; the last cut stands before the key."""

_FIRST = frozenset("123478")
HEADS = _FIRST | {letter for letter, digit in (STRONG | WEAK).items() if digit in _FIRST}
_MONTHS = frozenset(f"{month:02d}" for month in (*range(1, 13), *range(20, 43), *range(50, 100)))
_CORSICA = {"A": "19", "B": "18"}
_LEAST_DIGITS = 5  # the rest may be letters read as digits


@dataclass(frozen=True, slots=True)
class Number:
    """Digits only, Corsica as it counts for the key. `guessed`: a letter was read as a digit it seldom stands for."""

    digits: str
    guessed: bool

    @property
    def right(self) -> bool:
        """With its key."""
        return len(self.digits) == 15 and int(self.digits[13:]) == self.key

    @property
    def key(self) -> int:
        return 97 - int(self.digits[:13]) % 97

    @property
    def plausible(self) -> bool:
        return self.digits[3:5] in _MONTHS and self.digits[5:7] != "00"


def read(signs: str) -> Number | None:
    """What so many signs say; None when they can be no NIR."""
    if signs.isdecimal():
        return Number(signs, guessed=False) if signs[0] in _FIRST else None
    if sum(map(str.isdecimal, signs)) < _LEAST_DIGITS:
        return None
    spelt = [_number(signs, corsican=True), _number(signs, corsican=False)]
    read = [number for number in spelt if number and number.digits[0] in _FIRST]
    return next((number for number in read if number.right), read[0] if read else None)


def _number(signs: str, *, corsican: bool) -> Number | None:
    """With the A or B of a Corsican department as such, or as the digit that it may have been."""
    if not corsican:
        return Number(signs.translate(DIGITS), guessed=any(sign in WEAK for sign in signs))
    if signs[6] not in _CORSICA or signs[5].translate(DIGITS) != "2":
        return None
    others = signs[:6] + signs[7:]
    digits = signs[:5].translate(DIGITS) + _CORSICA[signs[6]] + signs[7:].translate(DIGITS)
    return Number(digits, guessed=any(sign in WEAK for sign in others))
