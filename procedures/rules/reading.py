"""From the plain tables of a TOML file to a Definition: every mistake found is told, with its place and its mend."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from procedures.rules.periods import EndOutOfReach, Period, UnreadablePeriod
from procedures.rules.texts import Text, typeset, typeset_numbers

ReadT = TypeVar("ReadT")
ChoiceT = TypeVar("ChoiceT", bound=StrEnum)

NOWHERE = Text("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`where`: the path of the key in the file, like `deadlines[opposer].length`; `line`: its line or its table's."""

    where: str
    message: str
    mend: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"line {self.line}, {self.where}" if self.line else self.where
        return f"{place}: {self.message}"


class BadDefinition(ValueError):
    """A definition file cannot be used; `problems` lists every mistake found in it."""

    def __init__(self, problems: Iterable[Problem], *, name: str = "") -> None:
        self.problems = tuple(problems)
        self.name = name
        super().__init__("; ".join(f"{problem}. {problem.mend}" for problem in self.problems))


# A length that has no end from here has none from any later start.
_FIRST_START = date(1900, 1, 1)


@dataclass(slots=True)
class Reader:
    """Reads one table. A wrong value is noted in `problems` (shared by the whole file) and replaced by a stand-in."""

    table: Mapping[str, object]
    where: str
    problems: list[Problem]
    asked: set[str] = field(default_factory=set)

    def note(self, key: str, message: str, mend: str) -> None:
        self.problems.append(Problem(where=self.place(key), message=message, mend=mend))

    def place(self, key: str) -> str:
        return ".".join(part for part in (self.where, key) if part)

    def has(self, key: str) -> bool:
        self.asked.add(key)
        return key in self.table

    def text(self, key: str) -> Text:
        if not self.has(key):
            self.note(key, "missing text", f'add {key}.fr = "…" and {key}.en = "…"')
            return NOWHERE
        return read_text(self.table[key], where=self.place(key), problems=self.problems)

    def text_or_none(self, key: str) -> Text | None:
        return self.text(key) if self.has(key) else None

    def texts(self, key: str) -> tuple[Text, ...]:
        return tuple(
            read_text(item, where=f"{self.place(key)}[{number}]", problems=self.problems)
            for number, item in enumerate(self._list(key), start=1)
        )

    def string(self, key: str) -> str:
        value = self.table.get(key) if self.has(key) else None
        if isinstance(value, str) and value.strip():
            return value
        self.note(key, "missing or empty" if value in (None, "") else "must be a text", f'write {key} = "…"')
        return ""

    def string_or_none(self, key: str) -> str | None:
        return self.string(key) if self.has(key) else None

    def strings(self, key: str) -> tuple[str, ...]:
        found = tuple(item for item in self._list(key) if isinstance(item, str))
        if len(found) != len(self._list(key)):
            self.note(key, "must hold texts only", f'write {key} = ["…", "…"]')
        return found

    def url_or_none(self, key: str) -> str | None:
        value = self.string_or_none(key)
        if value and not value.startswith("https://"):
            self.note(key, f"{value!r} is not an https address", "write the whole address, beginning with https://")
        return value

    def url(self, key: str) -> str:
        if not self.has(key):
            self.note(key, "missing address", "write the whole address, beginning with https://")
        return self.url_or_none(key) or ""

    def integer(self, key: str, *, default: int) -> int:
        value = self.table.get(key, default) if self.has(key) else default
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.note(key, "must be a whole number", f"write {key} = {default}")
        return default

    def boolean(self, key: str, *, default: bool) -> bool:
        value = self.table.get(key, default) if self.has(key) else default
        if isinstance(value, bool):
            return value
        self.note(key, "must be true or false", f"write {key} = {str(default).lower()}")
        return default

    def day(self, key: str) -> date:
        value = self.table.get(key) if self.has(key) else None
        if type(value) is date:
            return value
        problem = "missing date" if value is None else f"{value!r} is not a date"
        self.note(key, problem, f"write {key} = 2026-11-23, without quotes")
        return date.min

    def day_or_none(self, key: str) -> date | None:
        return self.day(key) if self.has(key) else None

    def clock(self, key: str) -> time:
        value = self.table.get(key) if self.has(key) else None
        if isinstance(value, time):
            return value
        self.note(key, "missing hour" if value is None else f"{value!r} is not an hour", f"write {key} = 08:30:00")
        return time.min

    def period(self, key: str) -> Period:
        if not (value := self.string(key)):
            return Period()
        try:
            period = Period.parse(value)
            period.after(_FIRST_START)
        except UnreadablePeriod:
            self.note(key, f"{value!r} is not a period", "write P6W, P3M, P10Y or P1M10D")
            return Period()
        except EndOutOfReach:
            self.note(key, f"{value} never ends before 2200", "write a length that ends in a lifetime or two")
            return Period()
        return period

    def period_or_none(self, key: str) -> Period | None:
        return self.period(key) if self.has(key) else None

    def choice(self, key: str, kind: type[ChoiceT], *, default: ChoiceT | None = None) -> ChoiceT:
        if default is not None and not self.has(key):
            return default
        value = self.one_of(key, tuple(kind))
        return kind(value)

    def one_of(self, key: str, allowed: tuple[str, ...], *, default: str | None = None) -> str:
        """One of `allowed` (its first stands in for a mistake)."""
        if default is not None and not self.has(key):
            return default
        value = self.table.get(key) if self.has(key) else None
        if isinstance(value, str) and value in allowed:
            return value
        problem = "missing" if value is None else f"unknown value {value!r}"
        self.note(key, problem, _mend_choice(value, allowed))
        return allowed[0]

    def some_of(self, key: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        values = self.strings(key)
        for value in values:
            if value not in allowed:
                self.note(key, f"unknown value {value!r}", _mend_choice(value, allowed))
        return tuple(value for value in values if value in allowed)

    def table_of(self, key: str, read: Callable[["Reader"], ReadT]) -> ReadT | None:
        if not self.has(key):
            return None
        return self._read(self.table[key], read, where=self.place(key))

    def tables(self, key: str, read: Callable[["Reader"], ReadT], *, named_by: str = "key") -> tuple[ReadT, ...]:
        """Each table of an array; its `named_by` value names it in messages and must be unique."""
        found, names = [], set[str]()
        for number, item in enumerate(self._list(key), start=1):
            name = str(item.get(named_by, number)) if isinstance(item, Mapping) else str(number)
            if name in names:
                self.note(key, f"{named_by} {name!r} is used twice", f"give each of the {key} its own {named_by}")
            names.add(name)
            value = self._read(item, read, where=f"{self.place(key)}[{name}]")
            found += [value] if value is not None else []
        return tuple(found)

    def need(self, key: str, found: tuple[object, ...], mend: str) -> None:
        if not found and not any(problem.where.startswith(self.place(key)) for problem in self.problems):
            self.note(key, "missing or empty", mend)

    def done(self) -> None:
        """Every key that nobody asked for is a mistake."""
        for key in self.table:
            if key not in self.asked:
                close = get_close_matches(key, self.asked, n=1)
                self.note(key, "unknown key", f"did you mean {close[0]}?" if close else "remove it")

    def _list(self, key: str) -> list[object]:
        value = self.table.get(key, []) if self.has(key) else []
        if isinstance(value, list):
            return value
        self.note(key, "must be a list", f"write {key} = […], or [[{key}]] before each table")
        return []

    def _read(self, item: object, read: Callable[["Reader"], ReadT], *, where: str) -> ReadT | None:
        if not isinstance(item, Mapping):
            self.problems.append(Problem(where=where, message="must be a table", mend="give it keys and values"))
            return None
        reader = Reader(item, where, self.problems)
        value = read(reader)
        reader.done()
        return value


def read_text(value: object, *, where: str, problems: list[Problem]) -> Text:
    if not isinstance(value, Mapping):
        problems.append(Problem(where=where, message="must hold both languages", mend='write { fr = "…", en = "…" }'))
        return NOWHERE
    said = {}
    for language, name in (("fr", "French"), ("en", "English")):
        words = value.get(language)
        if not isinstance(words, str) or not words.strip():
            problems.append(
                Problem(where=f"{where}.{language}", message=f"missing {name} text", mend=f"write it in {name} too")
            )
            words = ""
        said[language] = " ".join(words.split())
    others = sorted(set(value) - set(said))
    problems += [Problem(where=f"{where}.{key}", message="unknown key", mend="keep fr and en only") for key in others]
    return Text(fr=typeset(said["fr"]), en=typeset_numbers(said["en"]))


def _mend_choice(value: object, allowed: tuple[str, ...]) -> str:
    close = get_close_matches(value, allowed, n=1) if isinstance(value, str) else []
    hint = f"did you mean {close[0]}? " if close else ""
    return f"{hint}use one of: {', '.join(allowed)}"
