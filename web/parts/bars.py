"""Bars with their margins, as numbers for an SVG. Pure; lengths are strings, so that no locale writes « 12,5 »."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 410
SCALE = 300
BAR = 20
ROW = 48
HEAD = 42
HATCHED = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One bar to draw. value None = hidden. tone: 1, 2 or 3. group: a heading, repeated on the bars below it."""

    label: str
    value: int | None
    margin: int = 0
    tone: int = 1
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A drawn bar; every length is in units of the drawing, ready to be an attribute."""

    label: str
    value: int | None
    margin: int
    tone: int
    head: str
    head_y: str
    label_y: str
    y: str
    width: str
    low: str
    high: str
    middle: str
    whisker: str
    number_x: str
    number_y: str


@dataclass(frozen=True, slots=True)
class Bars:
    bars: tuple[Bar, ...]
    width: str
    height: str


def bars(values: Sequence[Value]) -> Bars:
    """The widest bar with its margin fills the drawing; all share one scale that starts at zero."""
    top = max((value.value + value.margin for value in values if value.value is not None), default=0) or 1
    drawn: list[Bar] = []
    y, group = 0, ""
    for value in values:
        opens = value.group if value.group != group else ""
        group = value.group
        y += HEAD if opens else 0
        drawn.append(_bar(value, y=y, head=opens, scale=SCALE / top))
        y += ROW
    return Bars(tuple(drawn), str(WIDTH), str(y + 4))


def _bar(value: Value, *, y: int, head: str, scale: float) -> Bar:
    amount = value.value or 0
    length = HATCHED if value.value is None else max(amount * scale, 1)
    low, high = max(amount - value.margin, 0) * scale + 1, (amount + value.margin) * scale + 1
    end = HATCHED if value.value is None else max(high, length)
    top = y + 24
    return Bar(
        label=value.label,
        value=value.value,
        margin=value.margin,
        tone=value.tone,
        head=head,
        head_y=str(y - 12),
        label_y=str(y + 17),
        y=str(top),
        width=f"{length:.1f}",
        low=f"{low:.1f}",
        high=f"{high:.1f}",
        middle=str(top + BAR // 2),
        whisker=str(top + BAR // 2 - 6),
        number_x=f"{end + 10:.1f}",
        number_y=str(top + 15),
    )
