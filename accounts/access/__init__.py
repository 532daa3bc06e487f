"""Who may come in, and what of the team somebody may see."""

from accounts.access.codes import tries_left
from accounts.access.doors import (
    CARD_COLUMN,
    EMAIL_COLUMN,
    associations_at_work,
    invitation_ids,
    memberships_of,
    token_hash,
    user_by_card,
    user_by_email,
)
from accounts.access.factors import (
    BY_CODE,
    Factors,
    factors_of,
    has_fresh_factor,
    has_second_factor,
    was_opened_by_code,
    who_has_factor,
)
from accounts.access.team import colleague_for, invitation_for, invitations_for, open_invitation, team_for

__all__ = [
    "BY_CODE",
    "CARD_COLUMN",
    "EMAIL_COLUMN",
    "Factors",
    "associations_at_work",
    "colleague_for",
    "factors_of",
    "has_fresh_factor",
    "has_second_factor",
    "invitation_for",
    "invitation_ids",
    "invitations_for",
    "memberships_of",
    "open_invitation",
    "team_for",
    "token_hash",
    "tries_left",
    "user_by_card",
    "user_by_email",
    "was_opened_by_code",
    "who_has_factor",
]
