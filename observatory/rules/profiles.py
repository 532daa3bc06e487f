"""Which tables an association publishes: by the size that it *declared*, never by its data.

The epsilons of a profile add up to 1 for one person in one campaign. They stand against attacks that worked on coarser
choices: change none without doing the sum, the threshold and the margins again.
"""

from enum import StrEnum
from fractions import Fraction

from observatory.rules import codes
from observatory.rules.periods import Every
from observatory.rules.tables import Kind, Table
from procedures.rules.texts import Text

SMALLEST_ALONE = 30


class Profile(StrEnum):
    POOLED = "pooled"
    SMALL = "S"
    MEDIUM = "M"
    LARGE = "L"


class UnknownTable(LookupError):
    """No table of this name in the campaign's profile."""


def profile_for(declared_size: int) -> Profile:
    """A campaign declared below 30 persons appears in pooled tables only."""
    if declared_size < SMALLEST_ALONE:
        return Profile.POOLED
    if declared_size <= 300:
        return Profile.SMALL
    return Profile.MEDIUM if declared_size <= 3000 else Profile.LARGE


def tables_of(profile: Profile) -> tuple[Table, ...]:
    return TABLES[profile]


def table_of(profile: Profile, key: str) -> Table:
    for table in TABLES[profile]:
        if table.key == key:
            return table
    raise UnknownTable(f"The profile {profile.value} has no table {key}.")


_OUTCOMES = Text(fr="Issue des démarches", en="How the procedures ended")
_BY_CHANNEL = Text(fr="Issue selon la voie employée", en="Outcome by channel used")
_BY_DELAY = Text(fr="Délai d’obtention", en="Time taken")
_DEADLINES = Text(fr="Respect du délai légal", en="Legal deadline respected")
_REGIONS = Text(fr="Démarches par région", en="Procedures by region")

TABLES: dict[Profile, tuple[Table, ...]] = {
    Profile.POOLED: (),
    Profile.SMALL: (
        Table(
            key="S1",
            title=_OUTCOMES,
            kind=Kind.BALANCE,
            every=Every.YEAR,
            dimensions=(codes.OUTCOME_OF_THREE,),
            epsilon=Fraction(70, 100),
            measures_total=False,
        ),
        Table(
            key="S2",
            title=_DEADLINES,
            kind=Kind.BALANCE,
            every=Every.YEAR,
            dimensions=(codes.DEADLINE,),
            epsilon=Fraction(30, 100),
            measures_total=False,
        ),
    ),
    Profile.MEDIUM: (
        Table(
            key="M1",
            title=_OUTCOMES,
            kind=Kind.BALANCE,
            every=Every.QUARTER,
            dimensions=(codes.PROCEDURE, codes.OUTCOME_OF_THREE),
            epsilon=Fraction(40, 100),
        ),
        Table(
            key="M2",
            title=_BY_CHANNEL,
            kind=Kind.BALANCE,
            every=Every.YEAR,
            dimensions=(codes.CHANNEL, codes.OUTCOME_OF_THREE),
            epsilon=Fraction(20, 100),
        ),
        Table(
            key="M3",
            title=_REGIONS,
            kind=Kind.BALANCE,
            every=Every.YEAR,
            dimensions=(codes.REGION,),
            epsilon=Fraction(15, 100),
            measures_total=False,
        ),
        Table(
            key="M4",
            title=_BY_DELAY,
            kind=Kind.BALANCE,
            every=Every.YEAR,
            dimensions=(codes.DELAY_OF_SIX,),
            epsilon=Fraction(25, 100),
        ),
    ),
    Profile.LARGE: (
        Table(
            key="L1",
            title=_OUTCOMES,
            kind=Kind.BALANCE,
            every=Every.MONTH,
            dimensions=(codes.PROCEDURE, codes.CHANNEL, codes.OUTCOME_OF_FIVE, codes.DEADLINE_EXCEEDED),
            epsilon=Fraction(30, 100),
        ),
        Table(
            key="L2",
            title=Text(fr="Issue par région", en="Outcome by region"),
            kind=Kind.BALANCE,
            every=Every.QUARTER,
            dimensions=(codes.REGION, codes.PROCEDURE, codes.OUTCOME_OF_THREE),
            epsilon=Fraction(25, 100),
        ),
        Table(
            key="L3",
            title=Text(fr="Résultat par département", en="Result by département"),
            kind=Kind.BALANCE,
            every=Every.YEAR,
            dimensions=(codes.DEPARTEMENT, codes.SUCCESS),
            epsilon=Fraction(15, 100),
        ),
        Table(
            key="L4",
            title=_BY_DELAY,
            kind=Kind.BALANCE,
            every=Every.QUARTER,
            dimensions=(codes.PROCEDURE, codes.CHANNEL, codes.DELAY_OF_SEVEN),
            epsilon=Fraction(15, 100),
        ),
        Table(
            key="L5",
            title=Text(fr="Démarches ouvertes", en="Procedures opened"),
            kind=Kind.OPENING,
            every=Every.MONTH,
            dimensions=(codes.PROCEDURE, codes.CHANNEL),
            epsilon=Fraction(15, 100),
        ),
    ),
}
