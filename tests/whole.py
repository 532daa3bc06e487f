"""How much of everything is asked: in the suite a share that meets each thing once, all of it with WHOLE=1.

`make whole` asks all of it. What is in a share does not depend on the day or on chance.
"""

import os
from collections.abc import Sequence
from typing import TypeVar

WHOLE = os.environ.get("WHOLE") == "1"
T = TypeVar("T")


def share(things: Sequence[T], part: int, *, of: int) -> list[T]:
    """Part number `part` (from 0) of so many; the parts together are everything, each thing in one of them."""
    return list(things) if WHOLE else [thing for place, thing in enumerate(things) if place % of == part % of]


def turn(things: Sequence[T], place: int, *, number: int = 1) -> list[T]:
    """So many of the things, others for the next place: round after round all of them."""
    return (
        list(things)
        if WHOLE or not things
        else [things[(place * number + step) % len(things)] for step in range(number)]
    )
