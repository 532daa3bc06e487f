"""Lengths of time as the law writes them (ISO 8601: `P6W`, `P3M`, `P10Y`, `P1M10D`) and calendar arithmetic."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from procedures.rules.texts import is_english, say_list, say_number

LAST_YEAR = 2200
_PATTERN = re.compile(r"P(?=\d)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?", re.ASCII)
_NOUNS_FR = {
    "years": ("an", "ans"),
    "months": ("mois", "mois"),
    "weeks": ("semaine", "semaines"),
    "days": ("jour", "jours"),
}


class UnreadablePeriod(ValueError):
    """The text is not a length of time: write it like P6W, P3M, P10Y or P1M10D."""


class EndOutOfReach(ValueError):
    """The end would lie after the last year that the calendars cover."""


@dataclass(frozen=True, slots=True)
class Period:
    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise UnreadablePeriod(f"{text!r} is not a period: write it like P6W, P3M, P10Y or P1M10D")
        return cls(*(int(number or 0) for number in match.groups()))

    def __str__(self) -> str:
        units = zip((self.years, self.months, self.weeks, self.days), "YMWD", strict=True)
        return "P" + ("".join(f"{number}{unit}" for number, unit in units if number) or "0D")

    def __add__(self, other: "Period") -> "Period":
        return Period(
            self.years + other.years, self.months + other.months, self.weeks + other.weeks, self.days + other.days
        )

    @property
    def all_months(self) -> int:
        return 12 * self.years + self.months

    @property
    def all_days(self) -> int:
        return 7 * self.weeks + self.days

    def after(self, start: date) -> date:
        """Same day number after the years and months (else the last day of that month), then weeks and days."""
        try:
            end = _months_after(start, self.all_months) + timedelta(days=self.all_days)
        except (OverflowError, ValueError) as error:
            raise EndOutOfReach(f"{self} after {start} ends after {LAST_YEAR}") from error
        if end.year > LAST_YEAR:
            raise EndOutOfReach(f"{self} after {start} ends after {LAST_YEAR}")
        return end

    def is_clamped(self, start: date) -> bool:
        """True when the last month has no day of that number (31 August + 1 month)."""
        return _months_after(start, self.all_months).day != start.day

    def say(self, language: str) -> str:
        """`six semaines`, `un mois et dix jours`; `six weeks`."""
        counts = {"years": self.years, "months": self.months, "weeks": self.weeks, "days": self.days}
        said = [_say_unit(unit, number, language) for unit, number in counts.items() if number]
        return say_list(said or [_say_unit("days", 0, language)], language)


def _months_after(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


def _say_unit(unit: str, number: int, language: str) -> str:
    words = say_number(number, language, feminine=unit == "weeks")
    if is_english(language):
        return f"{words} {unit if number != 1 else unit[:-1]}"
    return f"{words} {_NOUNS_FR[unit][number > 1]}"
