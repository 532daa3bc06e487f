"""What the words read on a document let a volunteer expect: hints, never verdicts.

The words are held in memory while a document is sealed. Only hints outlive them: they are codes, and tell nothing of
what was read.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from vault.rules.refusals import Sentence
from vault.rules.slips import alike


class Hint(StrEnum):
    """In the order in which they are shown. `ELSEWHERE` comes from whoever compares the pixels of sealed files."""

    EXPECTED = "attendu"
    PARTLY = "en-partie"
    UNEXPECTED = "inattendu"
    DATED = "date"
    FUTURE = "date-future"
    UNDATED = "sans-date"
    LEGIBLE = "lisible"
    HARD_TO_READ = "peu-lisible"
    ELSEWHERE = "ailleurs"

    def say(self, language: str) -> str:
        return SENTENCES[self].say(language)


SENTENCES: Final[Mapping[Hint, Sentence]] = {
    Hint.EXPECTED: Sentence("On lit les mots attendus.", "The expected words can be read."),
    Hint.PARTLY: Sentence("On ne lit qu’une partie des mots attendus.", "Only some of the expected words can be read."),
    Hint.UNEXPECTED: Sentence(
        "On ne lit aucun des mots attendus : est-ce le bon document ?",
        "None of the expected words can be read: is it the right document?",
    ),
    Hint.DATED: Sentence("On lit une date.", "A date can be read."),
    Hint.FUTURE: Sentence(
        "La seule date lue n’est pas encore arrivée.", "The only date that was read has not come yet."
    ),
    Hint.UNDATED: Sentence("Aucune date n’a été lue.", "No date was read."),
    Hint.LEGIBLE: Sentence("Le texte se lit bien.", "The text reads well."),
    Hint.HARD_TO_READ: Sentence(
        "Le texte se lit mal : regardez s’il est entier.", "The text is hard to read: see whether it is all there."
    ),
    Hint.ELSEWHERE: Sentence(
        "Le même document est déjà dans un autre dossier de l’association.",
        "The same document is in another case of the association already.",
    ),
}

OLDEST = timedelta(days=5 * 366)  # an older day is that of a birth, or of a law
FURTHEST = timedelta(days=2 * 366)  # a later one was misread
_ENOUGH_WORDS = 5
_READABLE = 0.7  # of the words that look like words
_SURE = 60.0  # of 100, as the reader rates itself
_FORGIVING = 6  # letters from which one slip is forgiven
_TOLD = 8  # letters from which a word is found even where spaces were lost

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("janvier", "janv", "jan"),
            ("fevrier", "fevr", "fev"),
            ("mars",),
            ("avril", "avr"),
            ("mai",),
            ("juin",),
            ("juillet", "juil"),
            ("aout",),
            ("septembre", "sept"),
            ("octobre", "oct"),
            ("novembre", "nov"),
            ("decembre", "dec"),
        ),
        start=1,
    )
    for name in names
}
_IN_LETTERS = re.compile(r"\b([0-9oil]{1,2})\s?(?:er|ier)?\s{0,2}([a-z]{3,10})\.?\s{0,2}([0-9oil]{4})\b")
_IN_FIGURES = re.compile(r"(?<![\d/])([0-9oil]{1,2})\s?[/.\-]\s?([0-9oil]{1,2})\s?[/.\-]\s?([0-9oil]{4}|\d\d)(?![\d/])")
_BACKWARDS = re.compile(r"(?<!\d)([0-9oil]{4})-([0-9oil]{2})-([0-9oil]{2})(?!\d)")
_DIGITS = str.maketrans("oil", "011")
_VOWELS = frozenset("aeiouy")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{5}")


def of(words: Sequence[str], *, expected: Sequence[str], today: date, sure: float | None = None) -> tuple[Hint, ...]:
    """One hint about the words, one about the date, one about legibility.

    `expected`: of the procedure's definition; none of it gives no hint about it. `sure`: the mean of how sure the
    reader was of its words (0 to 100), when it says so.
    """
    found = [*_about_words(words, expected=expected), _about_dates(words, today=today), _legible(words, sure=sure)]
    return tuple(found)


def found_in(words: Sequence[str], *, expected: Sequence[str]) -> tuple[str, ...]:
    """Those expected words, or groups of words, that were read; accents, case and a reader's slips forgiven."""
    tokens = [token for word in words for token in _tokens(word)]
    glued = "".join(tokens)
    return tuple(phrase for phrase in expected if _is_read(_tokens(phrase), tokens, glued))


def days_in(words: Sequence[str]) -> set[date]:
    """Every day that is written out, in French letters or figures."""
    text = _folded(" ".join(words))
    read = [(year, _MONTHS.get(month, 0), day) for day, month, year in _IN_LETTERS.findall(text)]
    read += [(year, _number(month), day) for day, month, year in _IN_FIGURES.findall(text)]
    read += [(year, _number(month), day) for year, month, day in _BACKWARDS.findall(text)]
    return {day for day in (_day(*parts) for parts in read) if day}


def _about_words(words: Sequence[str], *, expected: Sequence[str]) -> list[Hint]:
    if not expected:
        return []
    found = len(found_in(words, expected=expected))
    if 2 * found >= len(expected):
        return [Hint.EXPECTED]
    return [Hint.PARTLY if found else Hint.UNEXPECTED]


def _about_dates(words: Sequence[str], *, today: date) -> Hint:
    days = {day for day in days_in(words) if today - OLDEST <= day <= today + FURTHEST}
    if not days:
        return Hint.UNDATED
    return Hint.DATED if min(days) <= today else Hint.FUTURE


def _legible(words: Sequence[str], *, sure: float | None) -> Hint:
    asked = [token for word in words for token in _tokens(word) if any(map(str.isalpha, token)) and len(token) > 2]
    good = sum(map(_looks_like_a_word, asked))
    if good < _ENOUGH_WORDS or good < _READABLE * len(asked) or (sure is not None and sure < _SURE):
        return Hint.HARD_TO_READ
    return Hint.LEGIBLE


def _looks_like_a_word(token: str) -> bool:
    """Letters only, with a vowel among them and no five consonants in a row. An abbreviation without one is rare."""
    return token.isalpha() and not _VOWELS.isdisjoint(token) and not _CONSONANTS.search(token)


def _is_read(phrase: list[str], tokens: list[str], glued: str) -> bool:
    if not phrase:
        return False
    whole = "".join(phrase)
    if len(whole) >= _TOLD and whole in glued:
        return True
    starts = range(len(tokens) - len(phrase) + 1)
    return any(all(map(_same, phrase, tokens[start : start + len(phrase)])) for start in starts)


@lru_cache(maxsize=4096)
def _same(wanted: str, read: str) -> bool:
    return wanted == read or (len(wanted) >= _FORGIVING and alike(wanted, read))


def _tokens(word: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", _folded(word))


def _folded(text: str) -> str:
    """Small letters without accents or joined signs."""
    parts = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("’", "'"))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _number(typed: str) -> int:
    return int(typed.translate(_DIGITS))


def _day(year: str, month: int, day: str) -> date | None:
    whole = _number(year)
    try:
        return date(whole + 2000 if len(year) == 2 else whole, month, _number(day))
    except ValueError:
        return None
