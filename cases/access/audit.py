"""Cases as the audit log names them: by reference, for whoever may read the log, with nothing of the people."""

from collections.abc import Iterable

from accounts.access import require
from accounts.models import Membership
from accounts.rules.roles import Right
from cases.models import Case
from cases.rules import references


def case_id(reader: Membership, reference: str) -> int | None:
    """The row's id of a reference as people type it; None for one that names nothing here."""
    require(reader, Right.AUDIT_READ)
    try:
        written = references.parse(reference)
    except references.NotAReference:
        return None
    return Case.objects.filter(reference=written).values_list("pk", flat=True).first()


def references_of(reader: Membership, ids: Iterable[str]) -> dict[str, str]:
    """Row's id, as the log writes it, to reference. One query."""
    require(reader, Right.AUDIT_READ)
    wanted = [int(pk) for pk in ids if pk.isascii() and pk.isdigit()]
    rows = Case.objects.filter(pk__in=wanted).order_by("pk").values_list("pk", "reference")
    return {str(pk): reference for pk, reference in rows}


def canaries(reader: Membership) -> list[str]:
    """The references of the association's decoys."""
    require(reader, Right.AUDIT_READ)
    return list(Case.objects.filter(is_canary=True).order_by("pk").values_list("reference", flat=True))
