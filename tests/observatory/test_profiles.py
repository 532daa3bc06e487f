"""The declared tables are those of the design, to the cell and the fraction."""

from fractions import Fraction

import pytest

from observatory.rules import budget
from observatory.rules.budget import Charge
from observatory.rules.periods import Every
from observatory.rules.profiles import TABLES, Profile, UnknownTable, profile_for, table_of, tables_of
from observatory.rules.tables import Kind, Table

ALL_TABLES = [table for tables in TABLES.values() for table in tables]
DESIGN = {
    "S1": (Every.YEAR, 3, "7/10", False),
    "S2": (Every.YEAR, 2, "3/10", False),
    "M1": (Every.QUARTER, 6, "2/5", True),
    "M2": (Every.YEAR, 12, "1/5", True),
    "M3": (Every.YEAR, 18, "3/20", False),
    "M4": (Every.YEAR, 6, "1/4", True),
    "L1": (Every.MONTH, 80, "3/10", True),
    "L2": (Every.QUARTER, 108, "1/4", True),
    "L3": (Every.YEAR, 202, "3/20", True),
    "L4": (Every.QUARTER, 56, "3/20", True),
    "L5": (Every.MONTH, 8, "3/20", True),
}


def test_every_table_is_as_designed() -> None:
    declared = {
        table.key: (table.every, len(table.cells), str(table.epsilon), table.measures_total) for table in ALL_TABLES
    }

    assert declared == DESIGN


@pytest.mark.parametrize("profile", [Profile.SMALL, Profile.MEDIUM, Profile.LARGE])
def test_a_profile_costs_one_per_person(profile: Profile) -> None:
    assert sum(table.epsilon for table in tables_of(profile)) == 1


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.key)
def test_the_cells_and_the_total_share_the_epsilon(table: Table) -> None:
    paid = 1 / table.cell_scale + (1 / table.total_scale if table.measures_total else 0)

    assert paid == table.epsilon


@pytest.mark.parametrize("table", ALL_TABLES, ids=lambda table: table.key)
def test_codes_are_distinct_labelled_and_all_reachable(table: Table) -> None:
    assert len(set(table.cells)) == len(table.cells)
    for dimension in table.dimensions:
        keys = {code.key for code in dimension.codes}
        assert set(dimension.readings.values()) | {dimension.otherwise or next(iter(keys))} == keys
        assert all(code.label.fr and code.label.en for code in dimension.codes)
    assert len({table.label(keys).fr for keys in table.cells}) == len(table.cells)


@pytest.mark.parametrize(
    ("declared_size", "profile"),
    [
        (0, Profile.POOLED),
        (29, Profile.POOLED),
        (30, Profile.SMALL),
        (300, Profile.SMALL),
        (301, Profile.MEDIUM),
        (3000, Profile.MEDIUM),
        (3001, Profile.LARGE),
    ],
)
def test_the_profile_follows_the_declared_size(declared_size: int, profile: Profile) -> None:
    assert profile_for(declared_size) is profile


def test_a_table_of_another_profile_is_unknown() -> None:
    assert table_of(Profile.SMALL, "S1").kind is Kind.BALANCE
    with pytest.raises(UnknownTable):
        table_of(Profile.SMALL, "M1")
    with pytest.raises(UnknownTable):
        table_of(Profile.POOLED, "S1")


def test_values_are_read_into_declared_codes_or_dropped() -> None:
    outcomes, deadlines = table_of(Profile.SMALL, "S1"), table_of(Profile.SMALL, "S2")
    by_channel = table_of(Profile.MEDIUM, "M2")

    assert outcomes.read(("obtained_unproven",)) == ("obtained",)
    assert outcomes.read(("",)) is None
    assert deadlines.read((False,)) == ("exceeded",)
    assert deadlines.read((None,)) is None
    assert by_channel.read(("pigeon", "refused")) == ("other", "not_obtained")


def test_periods_of_a_table_cost_once_and_the_cap_holds() -> None:
    months = [Charge(scope="association", table="L1", epsilon=Fraction(3, 10)) for _ in range(12)]
    whole = [Charge(scope="association", table=table.key, epsilon=table.epsilon) for table in tables_of(Profile.LARGE)]
    pooled = Charge(scope="pooled", table="P1", epsilon=Fraction(2, 5))

    assert budget.spent(months) == Fraction(3, 10)
    assert budget.spent([*months, *whole]) == 1
    assert budget.allows([*months, *whole, pooled], new=Charge(scope="errata", table="L1", epsilon=Fraction(1, 10)))
    assert not budget.allows([*whole, pooled], new=Charge(scope="errata", table="L1", epsilon=Fraction(2, 10)))
