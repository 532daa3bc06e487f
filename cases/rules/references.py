"""Case references: five syllables that can be said over the phone, no letter to be taken for another, a check letter.

«BADU-KEVI-TOR»: 65 ** 5 = 1.16e9 of them in an association. Only letters, so that a typed 0 or 1 is read as O or I.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

_CONSONANTS = "BDFGJKMNPRTVZ"
_VOWELS = "AEIOU"
_SYLLABLES = 5
_LETTERS = 2 * _SYLLABLES + 1
_PIECE = re.compile(r"[A-Za-z01]+")
_MOST_SIGNS = 30_000
_MISTAKEN = str.maketrans({"0": "O", "1": "I", " ": None, "-": None, "‑": None, ".": None})


class NotAReference(ValueError):
    """What was typed cannot be a case reference."""


def make(below: Callable[[int], int]) -> str:
    """A random reference; `below(n)` gives a uniform integer in [0, n) (`secrets.randbelow`)."""
    letters = "".join(_CONSONANTS[below(13)] + _VOWELS[below(5)] for _ in range(_SYLLABLES))
    return _grouped(letters + _check(letters))


def parse(typed: str) -> str:
    """The reference in its written form. Raises NotAReference for a wrong length, letter or check letter."""
    letters = typed.upper().translate(_MISTAKEN)
    body, check = letters[:-1], letters[-1:]
    shaped = len(body) == 2 * _SYLLABLES and all(sign in _alphabet(place) for place, sign in enumerate(body))
    if not shaped or check != _check(body):
        raise NotAReference(f"{len(letters)} signs")
    return _grouped(letters)


def mentioned(text: str) -> Iterator[str]:
    """Every reference that stands in a text, however it is spaced, in its written form."""
    pieces = [piece.upper().translate(_MISTAKEN) for piece in _PIECE.findall(text[:_MOST_SIGNS])]
    for start in range(len(pieces)):
        letters = ""
        for piece in pieces[start : start + _LETTERS]:
            letters += piece
            if len(letters) >= _LETTERS:
                break
        if len(letters) == _LETTERS:
            with suppress(NotAReference):
                yield parse(letters)


def _alphabet(place: int) -> str:
    return _VOWELS if place % 2 else _CONSONANTS


def _check(body: str) -> str:
    """Weights 1 to 10 modulo 13: one wrong letter, or two swapped unlike letters of a kind, change it."""
    total = sum((place + 1) * _alphabet(place).index(sign) for place, sign in enumerate(body))
    return _CONSONANTS[total % 13]


def _grouped(letters: str) -> str:
    return "-".join((letters[:4], letters[4:8], letters[8:]))
