"""Who may come in, and what of the team somebody may see."""

from accounts.access.codes import tries_left
from accounts.access.doors import (
    CARD_COLUMN,
    EMAIL_COLUMN,
    associations_at_work,
    invitation_ids,
    memberships_of,
    token_hash,
    token_ids,
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
from accounts.access.sessions import (
    SESSION_SIGN_IN,
    Sessions,
    current_session,
    limits_of,
    open_sessions,
    session_for,
    sessions_of,
)
from accounts.access.team import colleague_for, invitation_for, invitations_for, open_invitation, team_for
from accounts.access.tokens import api_token_for, bearer_of, live_token, tokens_for

__all__ = [
    "BY_CODE",
    "CARD_COLUMN",
    "EMAIL_COLUMN",
    "SESSION_SIGN_IN",
    "Factors",
    "Sessions",
    "api_token_for",
    "associations_at_work",
    "bearer_of",
    "colleague_for",
    "current_session",
    "factors_of",
    "has_fresh_factor",
    "has_second_factor",
    "invitation_for",
    "invitation_ids",
    "invitations_for",
    "limits_of",
    "live_token",
    "memberships_of",
    "open_invitation",
    "open_sessions",
    "session_for",
    "sessions_of",
    "team_for",
    "token_hash",
    "token_ids",
    "tokens_for",
    "tries_left",
    "user_by_card",
    "user_by_email",
    "was_opened_by_code",
    "who_has_factor",
]
