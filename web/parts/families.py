"""Children first: a parent whose own space is closed may no longer be able to act for their child."""

from collections.abc import Sequence

from cases.models import BeneficiaryKind, Case
from procedures import registry


def waits_for_children(case: Case, household: Sequence[Case]) -> bool:
    """Is this a parent's own case, while a child of theirs has one to finish, or none yet?"""
    if case.is_closed or case.beneficiary.kind != BeneficiaryKind.SELF or not _children_come_first(case):
        return False
    theirs = [row for row in household if row.beneficiary.kind == BeneficiaryKind.CHILD]
    begun = [row for row in theirs if _children_come_first(row)]
    untouched = {row.beneficiary_id for row in theirs} - {row.beneficiary_id for row in begun}
    return bool(untouched) or any(not row.is_closed for row in begun)


def _children_come_first(case: Case) -> bool:
    return registry.version(case.procedure, case.procedure_version).children_first
