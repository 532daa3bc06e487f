"""Which cases a message that names none may be about, the likeliest first. A volunteer decides."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import combining, normalize

from cases.rules import references

MOST = 5
_WORD = re.compile(r"[^\W\d_]{2,}")
_SIGNATURE = 1500  # signs at the end of a message, where people sign


class Clue(StrEnum):
    """Why a case is suggested."""

    NAMED = "named"
    REFERENCE = "reference"
    SENDER = "sender"
    FULL_NAME = "full_name"
    LAST_NAME = "last_name"


_WEIGHTS = {Clue.NAMED: 100, Clue.REFERENCE: 80, Clue.SENDER: 60, Clue.FULL_NAME: 30, Clue.LAST_NAME: 10}
_OPEN = 1  # of two alike, the one that goes on


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`names`: of the member, the last name last. `is_named`: the message answers a mail of ours about this case, or
    came to its address. `is_sender`: it came from the address that the member gave."""

    case_id: int
    reference: str
    names: tuple[str, ...]
    is_named: bool = False
    is_sender: bool = False
    is_open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """`clues`: the strongest first."""

    case_id: int
    clues: tuple[Clue, ...]


def rank(candidates: Iterable[Candidate], *, words: str, signed: str) -> list[Suggestion]:
    """Those with a clue, five at most. `words`: subject and text; `signed`: the name beside the sender's address."""
    written = frozenset(references.mentioned(words))
    names = frozenset(_plain_words(f"{signed} {words[-_SIGNATURE:]}"))
    found = [(candidate, _clues(candidate, written, names)) for candidate in candidates]
    told = [(candidate, clues) for candidate, clues in found if clues]
    told.sort(key=lambda one: (-_weight(*one), -one[0].case_id))
    return [Suggestion(case_id=candidate.case_id, clues=clues) for candidate, clues in told[:MOST]]


def _clues(candidate: Candidate, written: frozenset[str], names: frozenset[str]) -> tuple[Clue, ...]:
    own = [set(_plain_words(name)) for name in candidate.names]
    last = bool(own) and bool(own[-1]) and own[-1] <= names
    whole = last and len(own) > 1 and own[0] <= names
    holds = {
        Clue.NAMED: candidate.is_named,
        Clue.REFERENCE: candidate.reference in written,
        Clue.SENDER: candidate.is_sender,
        Clue.FULL_NAME: whole,
        Clue.LAST_NAME: last and not whole,
    }
    return tuple(clue for clue, is_there in holds.items() if is_there)


def _weight(candidate: Candidate, clues: Sequence[Clue]) -> int:
    return sum(_WEIGHTS[clue] for clue in clues) + _OPEN * candidate.is_open


def _plain_words(text: str) -> list[str]:
    """Without case and accents."""
    plain = "".join(sign for sign in normalize("NFKD", text.casefold()) if not combining(sign))
    return _WORD.findall(plain)
