"""Why a password is one of the first that somebody would try: the easy parts are taken out, what is left is counted."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum


class Weak(StrEnum):
    """What makes it easy."""

    ONES_OWN = "ones_own"
    USUAL = "usual"
    ROW = "row"


# What a finger runs along, forwards and backwards.
_ROWS = (
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertyuiop",
    "qwertzuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
)
_LINES = (*_ROWS, *(row[::-1] for row in _ROWS))
_RUN = 4
# What French speakers choose most, and the words of this place. Digits and signs around them do not help.
_USUAL = (
    "motdepasse",
    "motsdepasse",
    "password",
    "administrateur",
    "administration",
    "admin",
    "association",
    "opposable",
    "opposition",
    "benevole",
    "permanence",
    "bonjour",
    "bienvenue",
    "soleil",
    "doudou",
    "loulou",
    "chouchou",
    "coucou",
    "chocolat",
    "jetaime",
    "iloveyou",
    "princesse",
    "marseille",
    "france",
    "football",
    "secret",
)
# So many must be left; digits count little beside a word.
_LETTERS_LEFT = 5
_SIGNS_LEFT = 8
_SHORTEST_NAME = 3
_LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "@": "a", "$": "s"})


def weakness(password: str, *, own: Iterable[str]) -> Weak | None:
    """`own`: the name and the address of whoever chooses it. None when enough is left without what is easy."""
    parts = _parts(own)
    readings = (_letters(password), _letters(password.translate(_LEET)))
    if any(_is_easy(text, parts) for text in readings):
        return Weak.ONES_OWN
    if any(_is_easy(text, _USUAL) for text in readings):
        return Weak.USUAL
    return Weak.ROW if _is_row(_plain(password)) else None


def _plain(text: str) -> str:
    """Without accents, signs or spaces, in lower case."""
    bare = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[\W_]", "", "".join(sign for sign in bare if not unicodedata.combining(sign)))


def _letters(text: str) -> str:
    return re.sub(r"\d", "", _plain(text))


def _parts(own: Iterable[str]) -> tuple[str, ...]:
    """Every word of a name, both sides of an address and their pieces, longest first."""
    found = set[str]()
    for text in own:
        local, _, domain = text.partition("@")
        whole = [local, domain.rpartition(".")[0]]
        found.update(_letters(piece) for piece in (text, *whole, *re.split(r"[\W_]+", " ".join(whole))))
    return tuple(sorted((part for part in found if len(part) >= _SHORTEST_NAME), key=len, reverse=True))


def _is_easy(text: str, parts: Iterable[str]) -> bool:
    """Does it hold one of these, and little beside them?"""
    left = text
    for part in parts:
        left = left.replace(part, "")
    return left != text and len(left) < _LETTERS_LEFT


def _is_row(text: str) -> bool:
    """Runs along a keyboard or the alphabet, or one sign again and again, and few letters beside them."""
    left, at = "", 0
    while at < len(text):
        run = _run_at(text, at)
        if run < _RUN:
            left, at = left + text[at], at + 1
        else:
            at += run
    return len(left) < min(len(text), _SIGNS_LEFT) and len(re.sub(r"\d", "", left)) < _LETTERS_LEFT


def _run_at(text: str, at: int) -> int:
    """How long the easy run is that begins here."""
    same = len(text[at:]) - len(text[at:].lstrip(text[at]))
    starts = [(line, start) for line in _LINES for start in range(len(line)) if line[start] == text[at]]
    return max([same, *(_shared(text[at:], line[start:]) for line, start in starts)])


def _shared(one: str, other: str) -> int:
    """How many first signs are the same."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count
