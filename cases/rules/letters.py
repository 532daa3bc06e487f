"""A letter that reminds an addressee of an answer that did not come: French, as it is sent, with blanks for numbers.

No number is ever filled in: whoever sends it writes them by hand.
"""

from dataclasses import dataclass
from datetime import date

from procedures.rules.texts import say_date, typeset


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """What was asked, of whom, since when (a day or a range), and by which text the answer was due."""

    addressee: str
    asked: str
    expected: str
    article: str
    is_certain: bool
    since_earliest: date
    since_latest: date
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    addressee: str
    day: str
    subject: str
    paragraphs: tuple[str, ...]


def reminder(overdue: Overdue, *, today: date) -> Letter:
    asked, since = _quoted(overdue.asked), _since(overdue)
    due, expected = _day(overdue.due), _quoted(overdue.expected)
    paragraphs = (
        "Madame, Monsieur,",
        f"J'ai fait auprès de vous la démarche suivante : {asked}. {since}",
        f"{_by_which_text(overdue)} au plus tard le {due}.",
        f"J'attendais ceci : {expected}. À ce jour, je ne l'ai pas.",
        "Je vous demande de me répondre par écrit, sans délai, et de me remettre le justificatif correspondant.",
        "Sans réponse, je ferai valoir mes droits par les voies que la loi m'ouvre.",
        "Je vous prie d'agréer, Madame, Monsieur, mes salutations distinguées.",
    )
    return Letter(
        addressee=typeset(overdue.addressee),
        day=f"Le {_day(today)}",
        subject=typeset(f"Objet : relance, réponse attendue depuis le {due}"),
        paragraphs=tuple(typeset(paragraph) for paragraph in paragraphs),
    )


def _by_which_text(overdue: Overdue) -> str:
    """A length that no text gives is a guide, and is not said to be the law."""
    if overdue.is_certain:
        return f"Selon le texte applicable ({overdue.article}), la réponse devait me parvenir"
    return f"Je prends pour repère le délai de ce texte : {overdue.article}. La réponse était attendue"


def _quoted(words: str) -> str:
    return f"« {words.rstrip('.')} »"


def _since(overdue: Overdue) -> str:
    if overdue.since_earliest == overdue.since_latest:
        return f"Ma demande date du {_day(overdue.since_earliest)}."
    return f"Ma demande vous est arrivée entre le {_day(overdue.since_earliest)} et le {_day(overdue.since_latest)}."


def _day(day: date) -> str:
    return say_date(day, "fr", weekday=False)
