"""Tables of the cases, one noun a file."""

from cases.models.campaign import Campaign
from cases.models.case import Attempt, AttemptResult, Case, CaseFact
from cases.models.deadline import Deadline, Decision
from cases.models.event import CaseEvent
from cases.models.evidence import EvidenceLeaf, EvidenceRoot
from cases.models.export import Export
from cases.models.justificatif import Justificatif
from cases.models.mail import Doubt, InboundMail, MailBounce, MailState
from cases.models.people import Beneficiary, BeneficiaryKind, Consent, ConsentKind, Member, Representation
from cases.models.purge import PurgeCause, PurgeLine
from cases.models.reminder import Reminder, StopWhen

__all__ = [
    "Attempt",
    "AttemptResult",
    "Beneficiary",
    "BeneficiaryKind",
    "Campaign",
    "Case",
    "CaseEvent",
    "CaseFact",
    "Consent",
    "ConsentKind",
    "Deadline",
    "Decision",
    "Doubt",
    "EvidenceLeaf",
    "EvidenceRoot",
    "Export",
    "InboundMail",
    "Justificatif",
    "MailBounce",
    "MailState",
    "Member",
    "PurgeCause",
    "PurgeLine",
    "Reminder",
    "Representation",
    "StopWhen",
]
