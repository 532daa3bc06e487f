"""Documents on their way to be looked at: in one case, of its member and of a volunteer, one in each state."""

from datetime import datetime, timedelta

from accounts.models import User
from cases.models import Case
from tests import deposits
from vault.models import DepositState
from vault.rules.refusals import Code


def set_deposits(case: Case, *, volunteer: User, at: datetime) -> dict[str, int]:
    """The ids of the member's by their state, and of what the volunteer has to confirm."""
    member = case.member.user
    assert member
    unreadable = deposits.ended(case, state=DepositState.REFUSED, code=Code.UNREADABLE, by=member, at=at)
    expired = deposits.ended(case, state=DepositState.EXPIRED, code=Code.EXPIRED, by=member, at=at)
    review = deposits.ended(case, state=DepositState.TO_REVIEW, code=Code.TO_REVIEW, by=member, at=at)
    destroyed = deposits.ended(case, state=DepositState.DESTROYED, by=member, at=at)
    waiting = deposits.received(case, by=member, at=at)
    confirmed = deposits.to_confirm(case, by=member, at=at)
    deposits.changed(confirmed, confirmed_at=at, confirmed_by=member, expires_at=at + timedelta(hours=24))
    return {
        "deposit.unreadable": unreadable.pk,
        "deposit.expired": expired.pk,
        "deposit.review": review.pk,
        "deposit.destroyed": destroyed.pk,
        "deposit.waiting": waiting.pk,
        "deposit.confirmed": confirmed.pk,
        "deposit": deposits.to_confirm(case, by=member, at=at).pk,
        "deposit.volunteer": deposits.to_confirm(case, by=volunteer, at=at).pk,
    }
