"""Every write to a case: one function, one transaction, one event."""

from cases.actions.attempts import BeforeLetter, record_attempt
from cases.actions.bagging import Evidence, export_evidence
from cases.actions.bouncing import correct_address, note_bounce, note_refusal
from cases.actions.bulk import AttemptPlan, CasePlan, create_cases
from cases.actions.chaining import chain_events
from cases.actions.deciding import AfterTheDay, Answer, answer_missed, close_case, convert_case, reopen_case
from cases.actions.decoys import SomebodyReal, set_canary
from cases.actions.emptying import Purged, purge
from cases.actions.erasing import erase_again, erase_case, erase_own, erase_person
from cases.actions.exporting import (
    NotReady,
    RightGone,
    WrongCount,
    approve_export,
    ask_export,
    refuse_export,
    take_export,
)
from cases.actions.facts import NewFact, record_facts
from cases.actions.journal import AlreadyDone, StaleCase
from cases.actions.justificatifs import check_justificatif, keep_justificatif, record_fingerprint, seal_confirmed
from cases.actions.leaving import close_former, let_go
from cases.actions.mailing import Outcome, TryLater, receive_mail
from cases.actions.opening import NewBeneficiary, NewMember, NotAdmitted, create_campaign, open_case, open_case_for
from cases.actions.recomputing import Move, Recomputed, recompute_deadlines
from cases.actions.rooting import Rooted, root_all
from cases.actions.snoozing import end_reminder, hold, set_reminder
from cases.actions.sorting import attach_mail, discard_mail, mark_read, purge_mails
from cases.actions.stamping import Stamped, stamp_all
from cases.actions.sweeping import Sweep, sweep
from cases.actions.working import (
    HasAddress,
    add_note,
    assign,
    give_consent,
    keep_longer,
    renew_card,
    say_why,
    withdraw_consent,
)

__all__ = [
    "AfterTheDay",
    "AlreadyDone",
    "Answer",
    "AttemptPlan",
    "BeforeLetter",
    "CasePlan",
    "Evidence",
    "HasAddress",
    "Move",
    "NewBeneficiary",
    "NewFact",
    "NewMember",
    "NotAdmitted",
    "NotReady",
    "Outcome",
    "Purged",
    "Recomputed",
    "RightGone",
    "Rooted",
    "SomebodyReal",
    "StaleCase",
    "Stamped",
    "Sweep",
    "TryLater",
    "WrongCount",
    "add_note",
    "answer_missed",
    "approve_export",
    "ask_export",
    "assign",
    "attach_mail",
    "chain_events",
    "check_justificatif",
    "close_case",
    "close_former",
    "convert_case",
    "correct_address",
    "create_campaign",
    "create_cases",
    "discard_mail",
    "end_reminder",
    "erase_again",
    "erase_case",
    "erase_own",
    "erase_person",
    "export_evidence",
    "give_consent",
    "hold",
    "keep_justificatif",
    "keep_longer",
    "let_go",
    "mark_read",
    "note_bounce",
    "note_refusal",
    "open_case",
    "open_case_for",
    "purge",
    "purge_mails",
    "receive_mail",
    "recompute_deadlines",
    "record_attempt",
    "record_facts",
    "record_fingerprint",
    "refuse_export",
    "renew_card",
    "reopen_case",
    "root_all",
    "say_why",
    "seal_confirmed",
    "set_canary",
    "set_reminder",
    "stamp_all",
    "sweep",
    "take_export",
    "withdraw_consent",
]
