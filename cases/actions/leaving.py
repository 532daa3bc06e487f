"""A volunteer leaves: nothing here opens for them any more, and nothing waits for somebody who is gone."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

import accounts.actions
from accounts.actions import revoke_membership
from accounts.models import AuditEntry, Membership, User
from accounts.rules.audit import About, AuditKind
from cases.access import is_member_anywhere
from cases.models import Case, CaseEvent, Export, Reminder
from cases.rules.lifecycle import EventKind

_BATCH = 1000


@transaction.atomic
def let_go(membership: Membership, *, closes_account: bool = False, by: User, at: datetime) -> bool:
    """All at once, true at the next request: the membership with all that hangs on it, the cases, the lists.

    `closes_account`: their account too, unless they work elsewhere or are a member somewhere.

    Their open cases become nobody's and show in the queue as such; their reminders become the team's. A few
    statements, however many cases they held.
    False when they had left before. Raises LastCoordinator.
    """
    if not revoke_membership(membership, by=by, at=at):
        return False
    _release_cases(membership, by=by, at=at)
    Reminder.objects.all().standing().filter(for_user=membership.user_id, snoozes=False).update(for_user=None)
    _close_exports(membership, by=by, at=at)
    if closes_account:
        close_former(membership.user, by=by, at=at)
    return True


def close_former(user: User, *, by: User | None, at: datetime) -> bool:
    """Close the account of a former volunteer. False for whoever is a member somewhere, or works elsewhere."""
    return not is_member_anywhere(user) and accounts.actions.close_former(user, by=by, at=at)


def _release_cases(membership: Membership, *, by: User, at: datetime) -> None:
    theirs = Case.objects.all().open().filter(assigned_to=membership.user_id).order_by("pk")
    cases = list(theirs.select_for_update(of=("self",)).only("pk", "subject", "association_id"))
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(assigned_to=None, version=F("version") + 1)
    CaseEvent.objects.bulk_create(
        [
            CaseEvent(
                association_id=case.association_id,
                case_id=case.pk,
                subject=case.subject,
                kind=EventKind.CASE_ASSIGNED,
                at=at,
                by=by,
                payload={"left": True},
            )
            for case in cases
        ],
        batch_size=_BATCH,
    )


def _close_exports(membership: Membership, *, by: User, at: datetime) -> None:
    """Those that wait for an answer, or to be taken. One that is being made looks at the membership itself."""
    skip_locked = connection.features.has_select_for_update_skip_locked
    theirs = Export.objects.filter(asked_by=membership.user_id, taken_at=None, expires_at__gt=at)
    locked = theirs.select_for_update(of=("self",), skip_locked=skip_locked)  # waiting for it would let it end first
    ids = list(locked.order_by("pk").values_list("pk", flat=True))
    Export.objects.filter(pk__in=ids).update(expires_at=at)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            association_id=membership.association_id,
            kind=AuditKind.EXPORT_REFUSED,
            at=at,
            by=by,
            about=About.EXPORT,
            about_id=str(pk),
            payload={"left": True},
        )
        for pk in ids
    )
