"""Ratios on a noisy machine: ours against a rival kept here, interleaved A B B A. Pure of Django."""

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median, quantiles

Clock = Callable[[], float]


class Verdict(StrEnum):
    """MISSED only when even the best tenth of the rounds is above the goal; UNSURE while the noise spans it."""

    MET = "met"
    UNSURE = "unsure"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of this process, and of the database where that is another process."""

    process: float
    database: float = 0.0

    @property
    def total(self) -> float:
        return self.process + self.database

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.process + other.process, self.database + other.database)


def nothing() -> None:
    """What most sides need before a sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What is measured. `before` runs outside the measure; `units` calls make a sample, its cost is that of one."""

    run: Callable[[], object]
    before: Callable[[], object] = nothing
    units: int = 1


@dataclass(frozen=True, slots=True)
class Fact:
    """An exact number beside the ratio, with its limit in the goals where it has one."""

    value: float
    limit: float | None = None

    @property
    def holds(self) -> bool:
        return self.limit is None or self.value <= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`goal`: the highest ratio of ours to the rival's. `clock`: by the wall where waiting for the disk is the job."""

    name: str
    rival: str
    goal: float
    ours: Side
    theirs: Side
    facts: Mapping[str, Fact] = field(default_factory=dict)
    clock: Clock = time.process_time


@dataclass(frozen=True, slots=True)
class Round:
    ours: Cost
    theirs: Cost

    @property
    def ratio(self) -> float:
        return self.ours.total / self.theirs.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Costs are medians of the rounds, in seconds per call."""

    comparison: Comparison
    ours: Cost
    theirs: Cost
    ratio: float
    q10: float
    q90: float

    @property
    def verdict(self) -> Verdict:
        return verdict(self.ratio, q10=self.q10, goal=self.comparison.goal)


def verdict(ratio: float, *, q10: float, goal: float) -> Verdict:
    if q10 > goal:
        return Verdict.MISSED
    return Verdict.MET if ratio <= goal else Verdict.UNSURE


def compare(comparison: Comparison, *, rounds: int, database: Clock) -> Result:
    """Run both sides once unmeasured, then `rounds` times A B B A. `database`: its seconds so far."""
    for side in (comparison.ours, comparison.theirs):
        sample(side, database=database, clock=comparison.clock)
    return result(comparison, [_round(comparison, database=database) for _ in range(rounds)])


def _round(comparison: Comparison, *, database: Clock) -> Round:
    order = (comparison.ours, comparison.theirs, comparison.theirs, comparison.ours)
    first, second, third, fourth = (sample(side, database=database, clock=comparison.clock) for side in order)
    return Round(ours=first + fourth, theirs=second + third)


def sample(side: Side, *, database: Clock, clock: Clock = time.process_time) -> Cost:
    """The cost of one call, from `side.units` of them."""
    side.before()
    gc.collect()
    database_before, before = database(), clock()
    for _ in range(side.units):
        side.run()
    process = clock() - before
    return Cost(process / side.units, (database() - database_before) / side.units)


def result(comparison: Comparison, rounds: Sequence[Round]) -> Result:
    low, high = spread([one.ratio for one in rounds])
    return Result(
        comparison=comparison,
        ours=_middle([one.ours for one in rounds]),
        theirs=_middle([one.theirs for one in rounds]),
        ratio=median(one.ratio for one in rounds),
        q10=low,
        q90=high,
    )


def _middle(costs: Sequence[Cost]) -> Cost:
    """Per call: a round holds each side twice."""
    return Cost(median(one.process for one in costs) / 2, median(one.database for one in costs) / 2)


def spread(ratios: Sequence[float]) -> tuple[float, float]:
    """The first and the last tenth."""
    if len(ratios) == 1:
        return ratios[0], ratios[0]
    tenths = quantiles(ratios, n=10, method="inclusive")
    return tenths[0], tenths[-1]
