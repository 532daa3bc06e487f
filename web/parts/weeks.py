"""The six-week grid: a delay in weeks drawn as rows of seven days. Pure: plain values in, squares out."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

SIDE = 22
STEP = 31
LEFT = 28
TOP = 20
MOST_WEEKS = 8


class DayKind(StrEnum):
    PAST = "past"
    TODAY = "today"
    LEFT = "left"
    DUE = "due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One day. x, y, side and radius are the square, text_x and text_y its number, in units of the drawing."""

    day: date
    kind: DayKind
    x: int
    y: int
    side: int
    radius: int
    text_x: int
    text_y: int


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    text_y: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """The whole drawing; `past` and `left` count days before and after today, for the sentence that describes it."""

    rows: tuple[Row, ...]
    head: tuple[Cell, ...]
    height: int
    past: int
    left: int
    start: date
    due: date
    today: date


def weeks(start: date, *, due: date, today: date) -> Weeks | None:
    """Days from the one after `start` to `due`, in rows of seven. None where a grid would lie: months, or no day."""
    total = (due - start).days
    if not 0 < total <= MOST_WEEKS * 7:
        return None
    days = [start + timedelta(days=n + 1) for n in range(total)]
    cells = [_cell(n, day, due=due, today=today) for n, day in enumerate(days)]
    rows = tuple(Row(n // 7 + 1, cells[n].text_y, tuple(cells[n : n + 7])) for n in range(0, total, 7))
    return Weeks(
        rows=rows,
        head=tuple(cells[:7]),
        height=TOP + len(rows) * STEP,
        past=sum(day < today for day in days),
        left=max((due - max(today, start)).days, 0),
        start=start,
        due=due,
        today=today,
    )


def _kind(day: date, *, due: date, today: date) -> DayKind:
    if day == due:
        return DayKind.DUE
    if day == today:
        return DayKind.TODAY
    return DayKind.PAST if day < today else DayKind.LEFT


# Today and the last day stand out: how much wider than the others, and how round.
_GROWTH = {DayKind.PAST: (0, 3), DayKind.LEFT: (0, 3), DayKind.TODAY: (2, 4), DayKind.DUE: (3, 5)}


def _cell(index: int, day: date, *, due: date, today: date) -> Cell:
    kind = _kind(day, due=due, today=today)
    grow, radius = _GROWTH[kind]
    x, y = LEFT + index % 7 * STEP, TOP + index // 7 * STEP
    return Cell(
        day=day,
        kind=kind,
        x=x - grow,
        y=y - grow,
        side=SIDE + 2 * grow,
        radius=radius,
        text_x=x + SIDE // 2,
        text_y=y + 15,
    )
