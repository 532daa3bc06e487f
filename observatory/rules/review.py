"""How reliable a noisy table looks, from its noisy numbers alone."""

from collections.abc import Iterable
from enum import StrEnum


class Light(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


def light(figures: Iterable[tuple[int | None, int | None]]) -> Light:
    """By the worst margin among the (value, margin) shown: within a tenth of its value green, a quarter amber."""
    worst = max((margin / value for value, margin in figures if value and margin is not None), default=1.0)
    if worst <= 0.1:
        return Light.GREEN
    return Light.AMBER if worst <= 0.25 else Light.RED
