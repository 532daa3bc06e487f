"""What is no longer needed of who came in and how: keys of invitations, closed accounts, old rows."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.access import memberships_anywhere
from accounts.actions.keys import destroy_keys
from accounts.actions.people import close_account
from accounts.actions.teams import RENEWED_WITHIN
from accounts.models import ApiToken, AuditEntry, FactorReset, Invitation, Membership, User
from accounts.rules.audit import About, AuditKind

# So long the members' own list of who opened their file can still say a name.
NAMED_AFTER_LEAVING = timedelta(days=365)
INVITATION_KEPT = timedelta(days=90)
TRACE_KEPT = timedelta(days=365)


def purge_traces(*, at: datetime) -> dict[str, int]:
    """Delete the old rows of the association in scope; how many, by table. The keys of invitations go with them."""
    over = Q(accepted_at__lt=at - INVITATION_KEPT) | Q(revoked_at__lt=at - INVITATION_KEPT)
    unanswered = Q(accepted_at=None, revoked_at=None, expires_at__lt=at - RENEWED_WITHIN - INVITATION_KEPT)
    old = Invitation.objects.filter(over | unanswered)
    keys = destroy_keys(old.order_by().values_list("subject", flat=True))
    invitations, _ = old.delete()
    tokens, _ = ApiToken.objects.filter(Q(revoked_at__lt=at - TRACE_KEPT) | Q(expires_at__lt=at - TRACE_KEPT)).delete()
    resets, _ = FactorReset.objects.filter(expires_at__lt=at - TRACE_KEPT).delete()
    return {
        "accounts.DataKey": keys + shut_invitations(at=at),
        "accounts.Invitation": invitations,
        "accounts.ApiToken": tokens,
        "accounts.FactorReset": resets,
    }


def shut_invitations(*, at: datetime) -> int:
    """Destroy the keys of the invitations that nobody can renew any more; how many were left."""
    ended = Q(accepted_at__isnull=False) | Q(revoked_at__isnull=False) | Q(expires_at__lt=at - RENEWED_WITHIN)
    return destroy_keys(Invitation.objects.filter(ended).order_by().values_list("subject", flat=True))


def former_volunteers(*, at: datetime) -> list[User]:
    """Whoever left the association in scope a year ago or more, and has an account still."""
    left = Membership.objects.filter(revoked_at__lt=at - NAMED_AFTER_LEAVING, user__is_active=True)
    stays = Membership.objects.active().values("user")
    ids = left.exclude(user__in=stays).order_by().values_list("user", flat=True)
    return list(User.objects.filter(pk__in=ids).order_by("pk"))


@transaction.atomic
def close_former(user: User, *, by: User | None, at: datetime) -> bool:
    """Close the account of somebody who left, unless another association, even a suspended one, counts on them.

    Needs the scope. Whoever is a member somewhere keeps theirs: `cases.actions.close_former` looks at that first.
    """
    # Of two at once, the second one waits here and finds it closed.
    is_open = User.objects.select_for_update().filter(pk=user.pk, is_active=True).exists()
    if not is_open or memberships_anywhere(user):
        return False
    AuditEntry.objects.record(AuditKind.SHREDDED, at=at, by=by, about=About.KEY, about_id=user.subject)
    close_account(user, at=at)
    return True
