"""Decoys: made-up cases whose opening raises an alert. They look like any other, and are in no figure."""

from datetime import datetime

from django.db import transaction

from accounts.models import AuditEntry, User
from accounts.rules.audit import About, AuditKind
from cases.models import Case


class SomebodyReal(ValueError):
    """The case has somebody's address or account: a decoy is about nobody."""


@transaction.atomic
def set_canary(case: Case, *, on: bool, by: User, at: datetime) -> bool:
    """Make a case a decoy, or an ordinary one again. Not told in the case, where whoever looks would be warned.

    False when it was so already. Raises SomebodyReal.
    """
    locked = Case.objects.select_for_update(of=("self",)).select_related("member").get(pk=case.pk)
    if on and (locked.member.email_index or locked.member.user_id):
        raise SomebodyReal("A decoy is about nobody.")
    if locked.is_canary == on:
        return False
    locked.is_canary = on
    locked.save(update_fields=["is_canary"])
    AuditEntry.objects.record(AuditKind.CANARY_SET, at=at, by=by, about=About.CASE, about_id=case.pk, on=on)
    return True
