from datetime import date, datetime
import pytest
from tests.house.idor.matrix import Matrix
from tests.house.idor.rows import Rows
from tests.house.world import make_world

@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("person", ["member", "volunteer", "reception"])
def test_tmp(association, other_association, person, today, now):
    rows = Rows(make_world(association, other_association, today=today, at=now))
    matrix = Matrix(rows, rows.signs(), person, today=today)
    findings = list(dict.fromkeys(map(str, matrix.run(lambda n: "deposit" in n or n in {"portal:upload","desk:upload","desk:sheet","desk:check","portal:case","desk:case"}))))
    print(person, matrix.asked, sorted(matrix.taken))
    assert findings == []
