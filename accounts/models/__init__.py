"""Associations, people, how they come in, the rows of the key tree, tokens and the audit log."""

from accounts.models.audit import AuditEntry
from accounts.models.entry import (
    BY_MEMBERS,
    FactorReset,
    Invitation,
    PasskeyKind,
    SignIn,
    SignInCode,
    SignInEnd,
    SignInWay,
)
from accounts.models.jobs import JobRun
from accounts.models.keys import DataKey, KeyKind
from accounts.models.people import ROLE_LABELS, Association, Membership, User, UserManager
from accounts.models.tokens import ApiToken

__all__ = [
    "BY_MEMBERS",
    "ROLE_LABELS",
    "ApiToken",
    "Association",
    "AuditEntry",
    "DataKey",
    "FactorReset",
    "Invitation",
    "JobRun",
    "KeyKind",
    "Membership",
    "PasskeyKind",
    "SignIn",
    "SignInCode",
    "SignInEnd",
    "SignInWay",
    "User",
    "UserManager",
]
