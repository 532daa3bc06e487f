"""The figures as lines and as JSON."""

from collections.abc import Sequence
from typing import TypedDict

from bench.database import Laboratory
from bench.measure import Cost, Fact, Result, Verdict

HEAD = f"{'job':<12} {'ours':>10} {'rival':>10} {'ratio':>7} {'[q10, q90]':>16} {'goal':>6}  verdict"


class Figures(TypedDict):
    """Milliseconds per call; `database` is part of `ours`, 0 where it is not another process."""

    name: str
    rival: str
    ours: float
    theirs: float
    database: float
    ratio: float
    q10: float
    q90: float
    goal: float
    verdict: str
    facts: dict[str, float]


class Report(TypedDict):
    """`note`: how the database's time is known."""

    database: str
    note: str
    rows: int
    rounds: int
    results: list[Figures]


def line(result: Result) -> str:
    """One row of the table, and what is exact below it."""
    goal = result.comparison.goal
    figures = (
        f"{result.comparison.name:<12} {_ms(result.ours):>10} {_ms(result.theirs):>10} {result.ratio:>7.3g} "
        f"{f'[{result.q10:.3g}, {result.q90:.3g}]':>16} {goal:>6.3g}  {result.verdict}"
    )
    return f"{figures}\n{'':<12} against {result.comparison.rival}; {_exact(result)}"


def _ms(cost: Cost) -> str:
    return f"{cost.total * 1000:.1f} ms"


def _exact(result: Result) -> str:
    told = [_fact(name, fact) for name, fact in result.comparison.facts.items()]
    if result.ours.database:
        told.append(f"{result.ours.database * 1000:.1f} ms of it in the database")
    return ", ".join(told)


def _fact(name: str, fact: Fact) -> str:
    if fact.limit is None:
        return f"{fact.value:g} {name}"
    return f"{fact.value:g} {name} ({'of' if fact.holds else 'OVER'} {fact.limit:g})"


def closing(results: Sequence[Result], *, laboratory: Laboratory) -> str:
    counts = {verdict: sum(1 for one in results if one.verdict is verdict) for verdict in Verdict}
    told = ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
    return f"{told}. Time of the database: {laboratory.note}."


def failed(results: Sequence[Result]) -> bool:
    return any(one.verdict is Verdict.MISSED for one in results)


def as_json(results: Sequence[Result], *, rows: int, rounds: int, laboratory: Laboratory) -> Report:
    return Report(
        database=laboratory.name,
        note=laboratory.note,
        rows=rows,
        rounds=rounds,
        results=[_figures(one) for one in results],
    )


def _figures(result: Result) -> Figures:
    return Figures(
        name=result.comparison.name,
        rival=result.comparison.rival,
        ours=result.ours.total * 1000,
        theirs=result.theirs.total * 1000,
        database=result.ours.database * 1000,
        ratio=result.ratio,
        q10=result.q10,
        q90=result.q90,
        goal=result.comparison.goal,
        verdict=result.verdict.value,
        facts={name: fact.value for name, fact in result.comparison.facts.items()},
    )
