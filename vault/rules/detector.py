"""Numbers that must be written nowhere: the NIR, the Vitale card's serial number, Mon espace santé's code.

A number is recognised by its shape, whatever its key (a mistyped one says as much), or by its key whatever its month;
what it is made of is neither kept nor told.
"""

import re
from enum import StrEnum


class Seen(StrEnum):
    """What a text seems to hold."""

    NIR = "nir"
    CARD = "card"
    CODE = "code"


_GAP = r"[\s.\-/\u2010-\u2015]{0,4}"  # \s knows the no-break spaces
_HEAD = ("[1-478]", r"\d", r"\d", r"\d", r"\d", r"\d", r"[\dABab]", *[r"\d"] * 6)
_SHAPE = re.compile(rf"(?<![\w]){_GAP.join(_HEAD)}(?P<key>{_GAP}\d{_GAP}\d)?(?![\w])")
_NOT_SIGNS = re.compile(r"[^\dAB]")
_MONTHS = frozenset({*range(1, 13), *range(20, 43), *range(50, 100)})
_CORSICA = {"2A": "19", "2B": "18"}
_CARD = re.compile(r"(?:carte\s+vitale|num[ée]ro\s+de\s+s[ée]rie)[^\d\n]{0,40}(?:\d[\s.\-]?){6,}", re.IGNORECASE)
_CODE = re.compile(r"code\s+(?:provisoire|confidentiel)[^\d\n]{0,40}(?:\d[\s.\-]?){6,}", re.IGNORECASE)


# Looked away from: they may hold thirteen digits in a row.
_DATE = re.compile(r"(?<!\d)\d{1,2}[/.\-]\d{1,2}[/.\-](?:19|20)\d\d(?!\d)")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ \u00a0]?[\dA-Z]{4}){3,7}(?:[ \u00a0]?[\dA-Z]{1,3})?(?!\w)")


def seen_in(text: str) -> Seen | None:
    """The first of these numbers that the text seems to hold."""
    rest = _IBAN.sub(_unless_right, _DATE.sub(";", text))
    if any(_is_nir(match) for match in _SHAPE.finditer(rest)):
        return Seen.NIR
    if _CARD.search(rest):
        return Seen.CARD
    return Seen.CODE if _CODE.search(rest) else None


def _unless_right(match: re.Match[str]) -> str:
    """Nothing is left of an account's number; what only looks like one stays."""
    signs = "".join(sign for sign in match[0] if sign.isalnum())
    moved = signs[4:] + signs[:4]
    return ";" if int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1 else match[0]


def _is_nir(match: re.Match[str]) -> bool:
    signs = _NOT_SIGNS.sub("", match[0].upper())
    number, key = signs[:13], signs[13:]
    department = number[5:7]
    counted = number[:5] + _CORSICA.get(department, department) + number[7:]
    if not counted.isdecimal():
        return False
    return int(number[3:5]) in _MONTHS or (bool(key) and int(key) == 97 - int(counted) % 97)
