"""The words of the audit log: what was done, to what kind of thing, and why a file was read. Codes only, no people."""

from enum import StrEnum


class AuditKind(StrEnum):
    # A person's file was read.
    CASE_CONSULTED = "case_consulted"
    CONTACT_CONSULTED = "contact_consulted"
    FILE_CONSULTED = "file_consulted"
    MAIL_CONSULTED = "mail_consulted"
    SEARCHED = "searched"
    LISTED = "listed"
    # Who works here.
    INVITED = "invited"
    INVITATION_RENEWED = "invitation_renewed"
    INVITATION_REVOKED = "invitation_revoked"
    INVITATION_ACCEPTED = "invitation_accepted"
    ROLES_CHANGED = "roles_changed"
    MEMBERSHIP_REVOKED = "membership_revoked"
    ASSOCIATION_CHANGED = "association_changed"
    # How they come in.
    SIGNED_IN = "signed_in"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    PASSWORD_CHANGED = "password_changed"
    CODES_RENEWED = "codes_renewed"
    RESET_ASKED = "reset_asked"
    RESET_APPROVED = "reset_approved"
    RESET_CANCELLED = "reset_cancelled"
    CARD_MADE = "card_made"
    # Machines, exports, keys.
    TOKEN_CREATED = "token_created"
    TOKEN_REVOKED = "token_revoked"
    EXPORT_ASKED = "export_asked"
    EXPORT_APPROVED = "export_approved"
    EXPORT_REFUSED = "export_refused"
    EXPORT_TAKEN = "export_taken"
    EVIDENCE_EXPORTED = "evidence_exported"
    KEYS_ROTATED = "keys_rotated"
    SHREDDED = "shredded"
    # What somebody should look at.
    CANARY_SET = "canary_set"
    CANARY_READ = "canary_read"
    MASS_READING = "mass_reading"
    POWER_GIVEN = "power_given"
    FILE_DAMAGED = "file_damaged"
    ALERT_SEEN = "alert_seen"


ALERTS = frozenset({AuditKind.CANARY_READ, AuditKind.MASS_READING, AuditKind.POWER_GIVEN, AuditKind.FILE_DAMAGED})
# What somebody must hear of who did not do it: that their way in is another one.
ACCOUNT_CHANGES = frozenset(
    {
        AuditKind.FACTOR_ADDED,
        AuditKind.FACTOR_REMOVED,
        AuditKind.PASSWORD_CHANGED,
        AuditKind.CODES_RENEWED,
        AuditKind.RESET_APPROVED,
    }
)
READINGS = frozenset({AuditKind.CASE_CONSULTED, AuditKind.CONTACT_CONSULTED, AuditKind.FILE_CONSULTED})


class About(StrEnum):
    """The kind of thing that an entry's `about_id` names."""

    NOTHING = ""
    CASE = "case"
    JUSTIFICATIF = "justificatif"
    MEMBERSHIP = "membership"
    INVITATION = "invitation"
    TOKEN = "token"
    EXPORT = "export"
    RESET = "reset"
    ENTRY = "entry"
    KEY = "key"
    FILE = "file"


class Why(StrEnum):
    """The reason of a reading, from the route. `REASON`: typed, for a case that is assigned to somebody else."""

    NOTHING = ""
    ASSIGNED = "assigned"
    QUEUE = "queue"
    SEARCH = "search"
    PERMANENCE = "permanence"
    API = "api"
    EXPORT = "export"
    REASON = "reason"
    OWN = "own"
