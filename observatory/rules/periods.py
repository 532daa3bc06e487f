"""The disjoint spans of time that figures are counted in."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self


class UnreadablePeriod(ValueError):
    """A period that is not written as one of ours: 2025, 2025-Q3 or 2025-07."""


class Every(StrEnum):
    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"

    @property
    def months(self) -> int:
        return {"year": 12, "quarter": 3, "month": 1}[self.value]


_FORMS = {
    Every.YEAR: re.compile(r"(?P<year>[1-9][0-9]{3})", re.ASCII),
    Every.QUARTER: re.compile(r"(?P<year>[1-9][0-9]{3})-Q(?P<part>[1-4])", re.ASCII),
    Every.MONTH: re.compile(r"(?P<year>[1-9][0-9]{3})-(?P<part>0[1-9]|1[0-2])", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Period:
    """A year, quarter or month; `first` is its first day."""

    every: Every
    first: date

    @classmethod
    def parse(cls, text: str) -> Self:
        for every, form in _FORMS.items():
            if match := form.fullmatch(text):
                part = int(match.groupdict().get("part") or 1)
                return cls(every, date(int(match["year"]), 1 + (part - 1) * every.months, 1))
        raise UnreadablePeriod("Write a period as 2025, 2025-Q3 or 2025-07.")

    @classmethod
    def around(cls, day: date, *, every: Every) -> Self:
        return cls(every, date(day.year, 1 + (day.month - 1) // every.months * every.months, 1))

    @property
    def after(self) -> date:
        """The first day that is no longer in it."""
        years, month = divmod(self.first.month - 1 + self.every.months, 12)
        return date(self.first.year + years, month + 1, 1)

    @property
    def before(self) -> Self:
        """The one before it, of the same length."""
        return type(self).around(self.first - timedelta(days=1), every=self.every)

    @property
    def key(self) -> str:
        if self.every is Every.YEAR:
            return f"{self.first:%Y}"
        if self.every is Every.QUARTER:
            return f"{self.first:%Y}-Q{(self.first.month + 2) // 3}"
        return f"{self.first:%Y-%m}"
