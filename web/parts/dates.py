"""Reading a date that somebody typed in three boxes. Pure; answers a date or what is wrong with it."""

import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

FIRST_YEAR = 1900
LAST_YEAR = 2100
FEWEST_DIGITS = 1000  # a year of four

# Names by which a month may be typed, without accents; three letters are enough where they are of one month only.
_NAMES = (
    ("janvier", "january"),
    ("fevrier", "february"),
    ("mars", "march"),
    ("avril", "april"),
    ("mai", "may"),
    ("juin", "june"),
    ("juillet", "july"),
    ("aout", "august"),
    ("septembre", "september"),
    ("octobre", "october"),
    ("novembre", "november"),
    ("decembre", "december"),
)


class Flaw(StrEnum):
    EMPTY = "empty"
    NO_DAY = "no-day"
    NO_MONTH = "no-month"
    NO_YEAR = "no-year"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    FAR = "far"


@dataclass(frozen=True, slots=True)
class ShortMonth:
    """A day that this month of this year does not have."""

    first: date
    days: int


def read(day: str, month: str, year: str) -> date | Flaw | ShortMonth:
    """The date, or the first thing to correct."""
    day, month, year = day.strip(), month.strip(), year.strip()
    missing = _missing(day, month, year)
    if missing:
        return missing
    numbers = _number(day), _month(month), _number(year)
    if not numbers[0] or numbers[0] > 31:
        return Flaw.DAY
    if not numbers[1] or numbers[1] > 12:
        return Flaw.MONTH
    if not numbers[2] or numbers[2] < FEWEST_DIGITS:
        return Flaw.YEAR
    if not FIRST_YEAR <= numbers[2] <= LAST_YEAR:
        return Flaw.FAR
    return _date(year=numbers[2], month=numbers[1], day=numbers[0])


def _missing(day: str, month: str, year: str) -> Flaw | None:
    if not (day or month or year):
        return Flaw.EMPTY
    if not day:
        return Flaw.NO_DAY
    if not month:
        return Flaw.NO_MONTH
    return None if year else Flaw.NO_YEAR


def _number(text: str) -> int | None:
    """A plain number of at most four digits; « 1er » is 1."""
    digits = text.lower().removesuffix("er")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 4 else None


def _month(text: str) -> int | None:
    number = _number(text)
    if number is not None:
        return number
    plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if c.isalpha())
    if len(plain) < 3:
        return None
    found = {index for index, names in enumerate(_NAMES, 1) if any(name.startswith(plain) for name in names)}
    return found.pop() if len(found) == 1 else None


def _date(*, year: int, month: int, day: int) -> date | ShortMonth:
    days = monthrange(year, month)[1]
    if day > days:
        return ShortMonth(date(year, month, 1), days)
    return date(year, month, day)
