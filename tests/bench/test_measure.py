"""Ratios and verdicts, on made-up clocks."""

import itertools
from collections.abc import Iterator

import pytest

from bench import measure, report
from bench.measure import Comparison, Cost, Fact, Round, Side, Verdict


def comparison(*, goal: float = 2.0, facts: dict[str, Fact] | None = None) -> Comparison:
    idle = Side(run=measure.nothing)
    return Comparison(name="page", rival="F", goal=goal, ours=idle, theirs=idle, facts=facts or {})


def rounds(*ratios: float) -> list[Round]:
    return [Round(ours=Cost(ratio), theirs=Cost(1.0)) for ratio in ratios]


@pytest.mark.parametrize(
    ("ratio", "q10", "expected"),
    [
        (1.4, 1.2, Verdict.MET),
        (2.0, 1.9, Verdict.MET),
        (2.1, 2.0, Verdict.UNSURE),
        (9.0, 1.9, Verdict.UNSURE),
        (2.2, 2.01, Verdict.MISSED),
    ],
)
def test_only_a_best_tenth_above_the_goal_is_a_miss(ratio: float, q10: float, expected: Verdict) -> None:
    assert measure.verdict(ratio, q10=q10, goal=2.0) is expected


def test_the_median_is_of_the_rounds_ratios() -> None:
    found = measure.result(comparison(), rounds(1.0, 1.5, 1.6, 1.7, 30.0))

    assert found.ratio == 1.6
    assert found.verdict is Verdict.MET


def test_the_spread_is_from_the_first_to_the_last_tenth() -> None:
    assert measure.spread([float(number) for number in range(11)]) == (1.0, 9.0)


def test_a_single_round_is_its_own_spread() -> None:
    assert measure.spread([1.3]) == (1.3, 1.3)


def test_a_sample_is_the_cost_of_one_call_without_what_stands_before_it() -> None:
    ticks = itertools.count(100.0, 8.0)
    spent = iter([5.0, 6.0])
    called: list[str] = []
    side = Side(run=lambda: called.append("run"), before=lambda: called.append("before"), units=4)

    cost = measure.sample(side, database=lambda: next(spent), clock=lambda: next(ticks))

    assert called == ["before", "run", "run", "run", "run"]
    assert cost == Cost(2.0, 0.25)
    assert cost.total == 2.25


def test_the_sides_take_turns_after_a_run_that_does_not_count() -> None:
    order: list[str] = []
    ours, theirs = Side(run=lambda: order.append("A")), Side(run=lambda: order.append("B"))
    watched = Comparison(name="x", rival="y", goal=1.0, ours=ours, theirs=theirs)

    measure.compare(watched, rounds=2, database=_running())

    assert "".join(order) == "AB" + "ABBA" * 2


def _running() -> measure.Clock:
    ticks: Iterator[float] = itertools.count(0.0, 1.0)
    return lambda: next(ticks)


def test_the_run_fails_for_a_miss_and_for_nothing_less() -> None:
    met, unsure, missed = (
        measure.result(comparison(), rounds(*told)) for told in ([1.0], [1.0, 2.5, 2.6], [2.5, 2.6, 2.7])
    )

    assert unsure.verdict is Verdict.UNSURE
    assert not report.failed([met, unsure])
    assert report.failed([met, unsure, missed])


def test_an_exact_number_over_its_limit_is_said() -> None:
    facts = {"statements": Fact(9, 7), "bytes": Fact(900, 1000), "due": Fact(3)}

    told = report.line(measure.result(comparison(facts=facts), rounds(1.0)))

    assert "9 statements (OVER 7), 900 bytes (of 1000), 3 due" in told
