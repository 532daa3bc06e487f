"""When a parent's own case waits for the children's."""

from types import SimpleNamespace
from typing import Any

import pytest

from web.parts.families import waits_for_children

OPPOSITION, CHILD, CLOSURE, ACCESS = (
    "mon-espace-sante/opposition",
    "mon-espace-sante/opposition-enfant",
    "mon-espace-sante/cloture",
    "rgpd/acces",
)


def case(procedure: str, *, who: str = "self", name: int = 1, closed: bool = False) -> Any:
    return SimpleNamespace(
        procedure=procedure,
        procedure_version=1,
        beneficiary=SimpleNamespace(kind=who),
        beneficiary_id=name,
        is_closed=closed,
    )


def child(procedure: str = CHILD, *, name: int = 2, closed: bool = False) -> Any:
    return case(procedure, who="child", name=name, closed=closed)


@pytest.mark.parametrize(
    ("own", "others", "waits"),
    [
        (case(OPPOSITION), [], False),
        (case(OPPOSITION), [child()], True),
        (case(CLOSURE), [child()], True),
        (case(CLOSURE), [child(closed=True)], False),
        (case(CLOSURE), [child(closed=True), child(CLOSURE)], True),  # it became a closure, which goes on
        (case(CLOSURE), [child(closed=True), child(name=3)], True),
        (case(CLOSURE), [child(ACCESS)], True),  # a child whose own space nobody spoke of yet
        (case(CLOSURE, closed=True), [child()], False),
        (case(ACCESS), [child()], False),
        (case(CLOSURE, who="represented"), [child()], False),
        (child(), [child(name=3)], False),
    ],
)
def test_a_parents_own_case_waits_for_the_childrens(own: Any, others: list[Any], waits: bool) -> None:
    assert waits_for_children(own, [own, *others]) is waits
