"""Filters that write dates, hours and numbers as people read them, in French and in English."""

import unicodedata
from datetime import date, datetime, time

from django import template
from django.utils import formats, timezone, translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

register = template.Library()

NO_BREAK = "\u00a0"
NARROW = "\u202f"
NO_BREAK_HYPHEN = "\u2011"


def _is_french() -> bool:
    return (translation.get_language() or "fr").startswith("fr")


def _local(day: date) -> date:
    """An instant becomes a date of this time zone; a date stays what it is."""
    if isinstance(day, datetime):
        return timezone.localtime(day).date() if timezone.is_aware(day) else day.date()
    return day


def _say(day: date, pattern: str) -> str:
    """The date in words; in French the first of a month is « 1er ». Day and month never part at a line's end."""
    local = _local(day)
    words = formats.date_format(local, pattern)
    if _is_french() and local.day == 1:
        words = words.replace("1 ", "1er ", 1)
    number = "1er" if words.find("1er ") >= 0 else str(local.day)
    return words.replace(f"{number} ", f"{number}{NO_BREAK}", 1)


def _raised(words: str) -> SafeString:
    """« 1er » with raised letters; the text comes from our own tables, never from a person."""
    return mark_safe(words.replace("1er", "1<sup>er</sup>", 1))


@register.filter
def in_words(day: date | None) -> SafeString | str:
    """« jeudi 26 novembre 2026 », « vendredi 1<sup>er</sup> janvier 2027 ». The one filter that gives markup."""
    return _raised(_say(day, "l j F Y")) if day else ""


@register.filter
def plain_words(day: date | None) -> str:
    """The same without markup: for titles, mails, attributes, and inside a longer sentence."""
    return _say(day, "l j F Y") if day else ""


@register.filter
def day_month(day: date | None) -> str:
    """« 26 novembre »: when the year is known."""
    return _say(day, "j F") if day else ""


@register.filter
def day_month_year(day: date | None) -> str:
    """« 26 novembre 2026 »."""
    return _say(day, "j F Y") if day else ""


@register.filter
def of_whom(name: str) -> str:
    """« de Bao », « d’Alix »; in English the name alone, for a sentence that says the rest."""
    if not _is_french():
        return name
    first = unicodedata.normalize("NFD", name.strip().lower())[:2]
    elides = first[:1] in set("aeiouhœæ") or (first[:1] == "y" and first[1:] not in set("aeiou"))
    return f"d’{name}" if elides else f"de {name}"


@register.filter
def in_fours(text: str) -> list[str]:
    """A long secret in groups of four, to be copied by hand."""
    return [text[start : start + 4] for start in range(0, len(text), 4)]


@register.filter
def month_year(day: date | None) -> str:
    """« novembre 2026 »."""
    return formats.date_format(_local(day), "F Y") if day else ""


@register.filter
def iso(day: date | None) -> str:
    """For `<time datetime>`."""
    return _local(day).isoformat() if day else ""


@register.filter
def clock(moment: datetime | time | None) -> str:
    """« 17 h 30 », « 9 h » ; in English 17:30."""
    if moment is None:
        return ""
    local = timezone.localtime(moment) if isinstance(moment, datetime) and timezone.is_aware(moment) else moment
    if not _is_french():
        return f"{local.hour}:{local.minute:02}"
    minutes = f"{NO_BREAK}{local.minute:02}" if local.minute else ""
    return f"{local.hour}{NO_BREAK}h{minutes}"


@register.filter
def at_hour(moment: datetime | None) -> str:
    """« jeudi 26 novembre 2026, 17 h 30 »."""
    return f"{plain_words(moment)}, {clock(moment)}" if moment else ""


@register.filter
def number(value: float | None) -> str:
    """1 234 with a narrow no-break space; 1,234 in English."""
    if value is None:
        return ""
    grouped = f"{value:,}"
    if not _is_french():
        return grouped
    return grouped.replace(",", NARROW).replace(".", ",")


@register.filter
def margin(value: float | None) -> str:
    """« ± 10 »."""
    return "" if value is None else f"±{NO_BREAK}{number(value)}"


@register.filter
def countdown(due: date | None, today: date) -> str:
    """« J-3 », « J » on the last day, « J+2 » when missed; "D-3" in English."""
    if due is None:
        return ""
    letter = "J" if _is_french() else "D"
    left = (_local(due) - today).days
    if left == 0:
        return letter
    return f"{letter}{NO_BREAK_HYPHEN}{left}" if left > 0 else f"{letter}+{-left}"


@register.filter
def days_left(due: date | None, today: date) -> str:
    """« 3 jours », « 1 jour », « 0 jour »: how many are left, never below zero."""
    if due is None:
        return ""
    left = max((_local(due) - today).days, 0)
    # French counts none as one: « 0 jour ».
    return ngettext("%(n)s jour", "%(n)s jours", 1 if left == 0 and _is_french() else left) % {"n": number(left)}
