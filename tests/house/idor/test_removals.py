"""The matrix is sharp: without a wall it finds what stood behind it."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import Association
from tests import database
from tests.house.idor.findings import counted
from tests.house.idor.matrix import Matrix
from tests.house.idor.removals import REMOVALS, Removal
from tests.house.idor.rows import Rows
from tests.house.world import make_world

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Report = Callable[[str, object], None]


@pytest.fixture
def rows(association: Association, other_association: Association, today: date, now: datetime) -> Rows:
    return Rows(make_world(association, other_association, today=today, at=now))


@pytest.fixture(scope="class")
def _without_policies(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The second wall is taken down by the tables' owner, before a test begins its transaction."""
    if not database.on_postgres():
        yield
        return
    _switch("DISABLE")
    yield
    _switch("ENABLE")


def _switch(how: str) -> None:
    with database.connect_as_owner() as opened:
        behind = opened.execute("SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = 'public'").fetchall()
        for (table,) in behind:
            opened.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY".encode())


def caught(rows: Rows, removal: Removal, *, today: date) -> bool:
    """Sound before the wall is taken out, as the matrix itself shows, and red with the expected finding after."""
    signs = rows.signs()
    if removal.second_wall:
        assert Matrix(rows, signs, removal.person, today=today).run(removal.only) == []
    with pytest.MonkeyPatch.context() as patch:
        removal.take_out(patch)
        found = counted(Matrix(rows, signs, removal.person, today=today).run(removal.only))
    return found[removal.expected.value] > 0


def red(rows: Rows, removals: list[Removal], report: Report, *, today: date) -> list[str]:
    """The removals that the matrix does not see."""
    unseen = [removal.label for removal in removals if not caught(rows, removal, today=today)]
    report("removals", [len(removals) - len(unseen), len(removals)])
    return unseen


def test_a_check_that_is_taken_out_is_found(rows: Rows, today: date, record_property: Report) -> None:
    assert red(rows, [one for one in REMOVALS if not one.second_wall], record_property, today=today) == []


@pytest.mark.usefixtures("_without_policies")
class TestWithoutTheSecondWall:
    def test_a_scope_that_is_taken_out_is_found(self, rows: Rows, today: date, record_property: Report) -> None:
        assert red(rows, [one for one in REMOVALS if one.second_wall], record_property, today=today) == []


@pytest.mark.postgres
def test_the_second_wall_holds_when_the_first_is_gone(rows: Rows, today: date) -> None:
    """The same removals with the policies in force: nothing of another association is read, changed or told."""
    for removal in [one for one in REMOVALS if one.second_wall]:
        with pytest.MonkeyPatch.context() as patch:
            removal.take_out(patch)
            found = counted(Matrix(rows, rows.signs(), removal.person, today=today).run(removal.only))
        assert set(found) <= {"500"}, removal.label
