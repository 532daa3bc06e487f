"""What one person has paid in one campaign, in epsilon."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

CAP = Fraction(3, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    scope: str
    table: str
    epsilon: Fraction


def spent(charges: Iterable[Charge]) -> Fraction:
    """A table counts once, whatever its periods: they are disjoint, so a person pays it in one of them only."""
    dearest: dict[tuple[str, str], Fraction] = {}
    for charge in charges:
        name = (charge.scope, charge.table)
        dearest[name] = max(dearest.get(name, Fraction(0)), charge.epsilon)
    return sum(dearest.values(), Fraction(0))


def allows(charges: Iterable[Charge], *, new: Charge) -> bool:
    """Does the cap leave room for one more charge?"""
    return spent([*charges, new]) <= CAP
