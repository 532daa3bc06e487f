"""Roles inside one association and the rights that each gives. A member's own rights never come from a role."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum


class Role(StrEnum):
    RECEPTION = "accueil"
    VOLUNTEER = "benevole"
    REFERENT = "referent"
    COORDINATOR = "coordination"
    DATA_DELEGATE = "delegue"


class Right(StrEnum):
    OPEN_CASE = "open_case"
    WORK_OWN = "work_own"
    WORK_TEAM = "work_team"  # everybody's cases, where the association chose so
    WORK_ALL = "work_all"
    APPROVE_DRAFT = "approve_draft"
    BULK = "bulk"
    MANAGE = "manage"
    EXPORT_ASK = "export_ask"
    EXPORT_APPROVE = "export_approve"
    FIGURES_SEE = "figures_see"
    FIGURES_MEASURE = "figures_measure"
    FIGURES_REVIEW = "figures_review"
    AUDIT_READ = "audit_read"
    AUDIT_ACT = "audit_act"


_RECEPTION = {Right.OPEN_CASE, Right.WORK_OWN}
_REFERENT = {Right.OPEN_CASE, Right.WORK_OWN, Right.WORK_ALL, Right.APPROVE_DRAFT, Right.BULK, Right.EXPORT_ASK}

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.RECEPTION: frozenset(_RECEPTION),
    Role.VOLUNTEER: frozenset(_RECEPTION | {Right.WORK_TEAM}),
    Role.REFERENT: frozenset(_REFERENT),
    Role.COORDINATOR: frozenset(
        _REFERENT | {Right.MANAGE, Right.EXPORT_APPROVE, Right.FIGURES_SEE, Right.FIGURES_MEASURE, Right.AUDIT_READ}
    ),
    Role.DATA_DELEGATE: frozenset(
        {Right.EXPORT_APPROVE, Right.FIGURES_SEE, Right.FIGURES_REVIEW, Right.AUDIT_READ, Right.AUDIT_ACT}
    ),
}
# By these one person of two lets out what protects others: whoever is given one raises an alert.
POWERS = frozenset({Right.MANAGE, Right.EXPORT_APPROVE})
# How long somebody has had a right before they are one of two people: time for the others to hear of it. Else one
# person would make their own second person within the hour.
SETTLES = timedelta(days=7)


def rights_of(roles: Iterable[str]) -> frozenset[Right]:
    """All rights of somebody who holds these roles; an unknown role gives none."""
    return frozenset(right for role in roles for right in RIGHTS.get(role, frozenset()))  # type: ignore[call-overload]  # a StrEnum equals its string
