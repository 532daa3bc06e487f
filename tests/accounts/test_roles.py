"""The table of domain/model.md, row by row."""

import pytest

from accounts.rules.roles import POWERS, Right, Role, rights_of

TABLE = {
    Right.OPEN_CASE: "accueil benevole referent coordination",
    Right.WORK_OWN: "accueil benevole referent coordination",
    Right.WORK_TEAM: "benevole",
    Right.WORK_ALL: "referent coordination",
    Right.APPROVE_DRAFT: "referent coordination",
    Right.BULK: "referent coordination",
    Right.MANAGE: "coordination",
    Right.EXPORT_ASK: "referent coordination",
    Right.EXPORT_APPROVE: "coordination delegue",
    Right.FIGURES_SEE: "coordination delegue",
    Right.FIGURES_MEASURE: "coordination",
    Right.FIGURES_REVIEW: "delegue",
    Right.AUDIT_READ: "coordination delegue",
    Right.AUDIT_ACT: "delegue",
}


@pytest.mark.parametrize("right", Right)
def test_a_right_belongs_to_these_roles_and_no_other(right: Right) -> None:
    assert {role for role in Role if right in rights_of([role])} == set(TABLE[right].split())


def test_roles_add_up() -> None:
    both = rights_of([Role.VOLUNTEER, Role.DATA_DELEGATE])

    assert both == rights_of([Role.VOLUNTEER]) | rights_of([Role.DATA_DELEGATE])


@pytest.mark.parametrize("roles", [[], ["inconnu"], [""]])
def test_no_role_and_an_unknown_one_give_nothing(roles: list[str]) -> None:
    assert rights_of(roles) == frozenset()


def test_who_is_given_people_or_exports_raises_an_alert() -> None:
    assert {Right.MANAGE, Right.EXPORT_APPROVE} == POWERS
