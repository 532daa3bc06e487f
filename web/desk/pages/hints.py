"""What the machine noticed on a document, said to whoever checks it: hints, never verdicts."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import get_language

from vault.rules.hints import Hint

_GOOD = {Hint.EXPECTED, Hint.DATED, Hint.LEGIBLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class HintLine:
    icon: str
    text: str


def hints(codes: Collection[str]) -> list[HintLine]:
    """One line each, in their order. A code that is known no more is left out."""
    language = get_language() or "fr"
    return [
        HintLine(icon="check" if hint in _GOOD else "alert", text=hint.say(language))
        for hint in Hint
        if hint.value in codes
    ]
