"""Every write to users, associations, keys and what is recorded of them. One function is one transaction."""

from accounts.actions.codes import CODE_LIFE, ask_code, check_code, sweep_codes
from accounts.actions.keys import create_keys, destroy_keys
from accounts.actions.people import (
    AlreadyUsed,
    close_account,
    create_association,
    create_user,
    create_users,
    renew_card_code,
    set_card_code,
    user_for_address,
)
from accounts.actions.teams import (
    INVITATION_LIFE,
    PLEDGE_VERSION,
    InvitationClosed,
    LastCoordinator,
    accept_invitation,
    change_roles,
    invite,
    join,
    renew_invitation,
    revoke_invitation,
    revoke_membership,
)

__all__ = [
    "CODE_LIFE",
    "INVITATION_LIFE",
    "PLEDGE_VERSION",
    "AlreadyUsed",
    "InvitationClosed",
    "LastCoordinator",
    "accept_invitation",
    "ask_code",
    "change_roles",
    "check_code",
    "close_account",
    "create_association",
    "create_keys",
    "create_user",
    "create_users",
    "destroy_keys",
    "invite",
    "join",
    "renew_card_code",
    "renew_invitation",
    "revoke_invitation",
    "revoke_membership",
    "set_card_code",
    "sweep_codes",
    "user_for_address",
]
