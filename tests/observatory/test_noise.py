"""The sampler against its law: by walking the tree of its draws, and by chi-square on a fixed stream."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from math import exp

import pytest

from observatory.rules import noise


class Unfinished(Exception):
    """The walk reached its depth before the sampler answered."""


class Script:
    """Answers of a random source, given beforehand; raises Unfinished at the first draw that it has no answer to."""

    def __init__(self, answers: tuple[int, ...]) -> None:
        self.answers = list(answers)
        self.probability = 1.0
        self.weights: list[float] = []

    def __call__(self, bound: int) -> int:
        return self.draw([1 / bound] * bound)

    def draw(self, weights: list[float]) -> int:
        if not self.answers:
            self.weights = weights
            raise Unfinished
        answer = self.answers.pop(0)
        self.probability *= weights[answer]
        return answer


def every_outcome(draw: Callable[[Script], int], smallest: float) -> Iterator[tuple[int, float]]:
    """(value, probability) of each path of draws, leaving aside those less likely than `smallest`."""
    waiting: list[tuple[int, ...]] = [()]
    while waiting:
        answers = waiting.pop()
        script = Script(answers)
        try:
            yield draw(script), script.probability
        except Unfinished:
            waiting += [
                (*answers, answer)
                for answer, weight in enumerate(script.weights)
                if script.probability * weight >= smallest
            ]


def true_coin(numerator: int, denominator: int, script: Script) -> bool:
    """The sampler's coin as one draw with the probability that it must have."""
    heads = exp(-numerator / denominator)
    return bool(script.draw([1 - heads, heads]))


def law(x: int, scale: Fraction) -> float:
    """The discrete Laplace probability of x."""
    rate = 1 / float(scale)
    return (1 - exp(-rate)) / (1 + exp(-rate)) * exp(-rate * abs(x))


SCALES = [Fraction(1), Fraction(1, 2), Fraction(1, 3), Fraction(3, 2), Fraction(2, 1)]


@pytest.mark.parametrize("scale", SCALES)
def test_each_value_has_exactly_its_probability(scale: Fraction, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noise, "_happens", true_coin)
    reached: Counter[int] = Counter()
    for value, probability in every_outcome(lambda script: noise.laplace(scale, below=script), 1e-6):
        reached[value] += probability  # type: ignore[assignment]  # probabilities, not counts
    unknown = 1 - sum(reached.values())

    assert unknown < 0.03
    for value in range(-6, 7):
        assert law(value, scale) - unknown <= reached[value] <= law(value, scale) + 1e-9
        assert reached[value] == pytest.approx(reached[-value], abs=1e-9)


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 1), (1, 3), (1, 2), (6, 7), (1, 1)])
def test_the_coin_falls_with_the_exponential_of_its_fraction(numerator: int, denominator: int) -> None:
    outcomes = every_outcome(lambda script: noise._happens(numerator, denominator, script), 1e-7)
    heads = sum(probability for value, probability in outcomes if value)

    assert heads == pytest.approx(exp(-numerator / denominator), abs=1e-3)


@pytest.mark.parametrize("scale", [Fraction(10, 7), Fraction(10, 3), Fraction(25, 8), Fraction(25, 6), Fraction(50, 3)])
def test_a_long_stream_follows_the_law(scale: Fraction) -> None:
    below = random.Random(20261123).randrange
    draws = 20_000
    seen = Counter(noise.laplace(scale, below=below) for _ in range(draws))

    reach = max(x for x in range(200) if draws * law(x, scale) >= 20)
    inner = sum((seen[x] - draws * law(x, scale)) ** 2 / (draws * law(x, scale)) for x in range(-reach, reach + 1))
    freedom = 2 * reach

    assert inner < freedom + 5 * (2 * freedom) ** 0.5


def test_the_noise_comes_from_the_operating_system_unless_told() -> None:
    assert noise.laplace.__kwdefaults__ is not None
    assert noise.laplace.__kwdefaults__["below"].__module__ == "secrets"
    assert len({noise.laplace(Fraction(1000)) for _ in range(20)}) > 1


@pytest.mark.parametrize("scale", [Fraction(0), Fraction(-1, 2)])
def test_a_scale_that_is_not_positive_is_refused(scale: Fraction) -> None:
    with pytest.raises(ValueError, match="positive"):
        noise.laplace(scale)


def test_neighbouring_counts_stay_within_epsilon() -> None:
    epsilon = Fraction(7, 10)

    for x in range(-30, 30):
        assert law(x, 1 / epsilon) / law(x + 1, 1 / epsilon) <= exp(epsilon) + 1e-12
