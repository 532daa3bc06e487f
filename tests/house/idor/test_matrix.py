"""Nobody reads, changes, links, makes or learns of what is another's: the whole matrix, and its figures."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.house.idor.findings import Finding
from tests.house.idor.matrix import KINDS, Matrix
from tests.house.idor.reach import MIRRORS, PEOPLE
from tests.house.idor.rows import Rows
from tests.house.permissions import TABLE
from tests.house.world import World
from tests.whole import WHOLE, turn

# Forms that somebody at work must have had taken, so that what is refused elsewhere is refused for its key.
TAKEN = {
    "member": {"portal:report", "portal:upload", "portal:continue", "portal:deposit"},
    "volunteer": {"desk:note", "desk:assign", "desk:attempt", "desk:close", "desk:answer", "desk:check", "desk:open"}
    | {"desk:upload", "desk:deposit"},
    "coordinator": {"desk:invite", "desk:member_roles", "desk:member_revoke", "desk:invitation_revoke"}
    | {"desk:export_ask", "desk:token_new", "desk:canary"},
    "referent": {"desk:export_ask"},
    "stranger": {"desk:note", "desk:assign", "desk:invite", "desk:member_roles", "desk:export_ask", "desk:canary"},
}
# Names of a query in which they must have tried what is another's.
QUERIED = {"coordinator": {"desk:audit": {"qui", "dossier", "avant"}, "desk:case": {"de"}}}
# Whose answers are compared with those for nothing, and about whom: the walls are the same for the others, whom WHOLE=1
# compares too.
COMPARED = {"nobody": KINDS, "member": KINDS, "volunteer": ("second",), "coordinator": ("other",), "bearer": KINDS}

# The same walls stand before all of a group: each address is asked by so many of them in turn, by all with WHOLE=1.
IN_TURN = {
    ("volunteer", "coordinator"): 1,
    ("reception", "referent", "delegate", "stranger", "ex-volunteer", "no factor"): 2,
}


@pytest.fixture
def rows(world: World) -> Rows:
    return Rows(world)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("person", [person for person in PEOPLE if person not in MIRRORS])
def test_nothing_of_anothers(
    rows: Rows, person: str, today: date, record_property: Callable[[str, object], None]
) -> None:
    matrix = Matrix(rows, rows.signs(), person, today=today, compares=KINDS if WHOLE else COMPARED.get(person, ()))

    findings = list(dict.fromkeys(map(str, run(matrix))))

    record_property("matrix", [person, len(TABLE), matrix.asked, len(findings)])
    assert findings == []
    for name, parameters in QUERIED.get(person, {}).items():
        assert parameters - matrix.queried[name] == set(), name
    assert TAKEN.get(person, set()) - matrix.taken == set(), "these forms were not taken: how are they filled?"


def run(matrix: Matrix) -> list[Finding]:
    """Elsewhere than at the API the bearer of a token is nobody, as the permission table says."""
    person = matrix.person
    if person == "bearer":
        return matrix.run(lambda name: name.startswith("api:"))
    for group, number in IN_TURN.items():
        if person in group and not WHOLE:
            asked = {name for place, name in enumerate(TABLE) if person in turn(group, place, number=number)}
            asked |= TAKEN.get(person, set()) | QUERIED.get(person, {}).keys()
            return matrix.run(asked.__contains__, looks=lambda _: True)
    return matrix.run()
