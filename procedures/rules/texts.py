"""Two-language texts, and dates, hours and numbers in words."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

NBSP = "\u00a0"
NARROW_NBSP = "\u202f"

WEEKDAYS_FR = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_FR = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NUMBERS_FR = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze")
NUMBERS_EN = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or name in both languages of the house."""

    fr: str
    en: str

    def say(self, language: str) -> str:
        """`language` is a Django code ("fr", "en", "en-gb"); French stands in for any other."""
        return self.en if is_english(language) else self.fr


def is_english(language: str) -> bool:
    return language.lower().partition("-")[0] == "en"


def in_both(sentence: Callable[[str], str]) -> Text:
    return Text(fr=sentence("fr"), en=sentence("en"))


def join(texts: Iterable[Text], separator: str = " ") -> Text:
    parts = tuple(texts)
    return Text(fr=separator.join(part.fr for part in parts), en=separator.join(part.en for part in parts))


def say_day_of_month(day: date, language: str) -> str:
    """`1er`, `2`; in English `1st`, `2nd`, `23rd`."""
    if not is_english(language):
        return "1er" if day.day == 1 else str(day.day)
    suffix = "th" if 11 <= day.day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return f"{day.day}{suffix}"


def say_weekday(day: date, language: str) -> str:
    return (WEEKDAYS_EN if is_english(language) else WEEKDAYS_FR)[day.weekday()]


def say_month(day: date, language: str) -> str:
    return (MONTHS_EN if is_english(language) else MONTHS_FR)[day.month - 1]


def say_date(day: date, language: str, *, weekday: bool = True, year: bool = True) -> str:
    """`mardi 1er décembre 2026`, `Tuesday 1 December 2026`."""
    number = str(day.day) if is_english(language) else say_day_of_month(day, language)
    parts = [say_weekday(day, language)] if weekday else []
    parts += [number, say_month(day, language)]
    parts += [str(day.year)] if year else []
    return " ".join(parts)


def say_time(moment: time, language: str) -> str:
    """`17 h 30`, `8 h`; in English `17:30`, `08:00`."""
    if is_english(language):
        return f"{moment:%H:%M}"
    hours = f"{moment.hour}{NBSP}h"
    return f"{hours}{NBSP}{moment.minute:02}" if moment.minute else hours


def say_datetime(moment: datetime, language: str) -> str:
    link = "at" if is_english(language) else "à"
    return f"{say_date(moment.date(), language)} {link} {say_time(moment.time(), language)}"


def say_number(number: int, language: str, *, feminine: bool = False) -> str:
    """In words up to twelve, in figures above."""
    words = NUMBERS_EN if is_english(language) else NUMBERS_FR
    if number == 1 and feminine and not is_english(language):
        return "une"
    return words[number] if 0 <= number < len(words) else str(number)


def say_list(items: Iterable[str], language: str) -> str:
    *head, last = tuple(items)
    link = "and" if is_english(language) else "et"
    return f"{', '.join(head)} {link} {last}" if head else last


def date_text(day: date, *, weekday: bool = True, year: bool = True) -> Text:
    return in_both(lambda language: say_date(day, language, weekday=weekday, year=year))


def datetime_text(moment: datetime) -> Text:
    return in_both(lambda language: say_datetime(moment, language))


def typeset(french: str) -> str:
    """French typography over plain typing: ’, no-break spaces before : and inside « », narrow ones before ; ? !"""
    for pattern, replacement in _TYPOGRAPHY:
        french = pattern.sub(replacement, french)
    return french


def typeset_numbers(text: str) -> str:
    """Keep `34 22` on one line, in any language."""
    return _DIGIT_GROUPS.sub(NBSP, text)


_DIGIT_GROUPS = re.compile(r"(?<=\d) (?=\d)")
_TYPOGRAPHY = (
    (re.compile("'"), "’"),
    (re.compile(r" (?=[:»])|(?<=«) "), NBSP),
    (re.compile(r" (?=[;?!])"), NARROW_NBSP),
    (re.compile(r"(?<=\d) (?=h\b)"), NBSP),
    (re.compile(r"(?<=\d\u00a0h) (?=\d)"), NBSP),
    (_DIGIT_GROUPS, NBSP),
)
