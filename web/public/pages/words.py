"""Texts of the rules in the language of the page."""

from collections.abc import Iterable

from django.utils.translation import get_language

from procedures.rules.texts import Text


def language() -> str:
    return get_language() or "fr"


def said(text: Text) -> str:
    return text.say(language())


def all_said(texts: Iterable[Text]) -> tuple[str, ...]:
    return tuple(said(text) for text in texts)


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]
