"""Every action is a transition with a race, or says here why it needs none."""

import inspect

import pytest

import accounts.actions
import cases.actions
import notifications.actions
import observatory.actions
import vault.actions
from tests.house.tree import ROOT
from tests.races.of_cases import RACES as OF_CASES
from tests.races.of_mails import RACES as OF_MAILS
from tests.races.of_teams import RACES as OF_TEAMS

RACES = OF_CASES | OF_MAILS | OF_TEAMS
MODULES = [accounts.actions, cases.actions, notifications.actions, observatory.actions, vault.actions]

# Nothing is won: who comes second does it again, and that is what was asked for, or ends at the same rows.
NO_TRANSITION = {
    "accounts": {
        "add_passkey": "one row each; the authenticator signs a challenge that is good once",
        "after_removal": "part of removing a factor, in its transaction",
        "ask_code": "a code each, three a day",
        "change_password": "the last one stands",
        "chain_all": "sweeps; tests/accounts/test_audit.py races it",
        "chain_entries": "sweeps; tests/accounts/test_audit.py races it",
        "check_session": "reads",
        "close_account": "ends at the same row",
        "close_former": "raced as cases.close_former",
        "close_sessions_of": "ends what is open; each wish is recorded",
        "complete_destroyed": "appends lines to a file",
        "create_association": "by the operator; the name is unique",
        "create_keys": "a part of other actions",
        "create_user": "raced as user_for_address",
        "create_users": "the demo and imports",
        "destroy_keys": "ends at the same rows",
        "end_every_session": "by the operator, while the platform stands still",
        "end_session": "raced as sign_out_of",
        "end_sessions": "ends what is open",
        "forget_code": "deletes",
        "former_volunteers": "reads",
        "invite": "one invitation each",
        "invite_anew": "by the operator; the last link stands",
        "join": "the database keeps one active membership",
        "new_card_code": "draws",
        "note_done": "ends at the same moment, under the job's lock",
        "note_refusal": "a line of the log; nothing is stored",
        "note_try": "ends at the same moment, under the job's lock",
        "note_use": "ends at the same day",
        "open_session": "one session each",
        "purge_traces": "deletes",
        "read_destroyed": "reads",
        "read_heads": "reads",
        "record_factor_change": "a part of other actions",
        "record_sign_in": "one entry each",
        "remove_factor": "deletes",
        "renew_card_code": "the last card stands; its form is raced as cases.renew_card",
        "renew_invitation": "the last link stands; each sending is recorded",
        "reset_by_operator": "by the operator, at a terminal",
        "revoke_keyless": "by the operator, while the platform stands still",
        "rotate_keys": "ends at the same rows",
        "see_session": "ends at the same moment",
        "set_card_code": "the last card stands",
        "sign_out_elsewhere": "ends what is open; each wish is recorded",
        "sweep_codes": "deletes",
        "sweep_sessions": "deletes",
        "uncount_code": "ends at the same row",
        "use_passkey": "the counter only goes up, under a lock",
        "verify_audit": "reads",
        "work_for": "the last desk stands",
        "write_heads": "appends lines to a file",
    },
    "cases": {
        "chain_events": "sweeps; the chain's own tests race it",
        "create_campaign": "one campaign each; its name in addresses is unique",
        "create_cases": "the demo and imports",
        "erase_again": "ends at the same rows",
        "erase_own": "raced as erase_case; each order is recorded",
        "erase_person": "raced as erase_case; each order is recorded",
        "export_evidence": "reads; each reading is recorded",
        "note_bounce": "tests/cases/inbound/test_command.py races it",
        "note_refusal": "as note_bounce, whose row and lock it takes",
        "open_case_for": "raced as open_case",
        "purge": "deletes; tests/cases/test_purging.py races it",
        "purge_mails": "deletes",
        "receive_mail": "tests/cases/inbound/test_command.py races it",
        "recompute_deadlines": "sweeps; tests/cases/recomputing/test_races.py races it",
        "root_all": "sweeps; the day's root is unique",
        "say_why": "one reason each",
        "seal_confirmed": "raced as vault.claim_confirmed and cases.keep_justificatif",
        "stamp_all": "sweeps; a stamp is written where none is",
    },
    "notifications": {
        "choose": "the last choice stands",
        "deliver": "tests/notifications/test_delivery.py and tests/chaos race it",
        "ending_well": "of one process",
        "forget_choice": "deletes",
        "is_leaving": "reads",
        "leave": "of one process",
        "pass_on_choice": "a part of cases.correct_address, which is raced",
        "queue_many": "raced as queue",
        "send_now": "sends; nothing is stored",
        "send_soon": "sends; nothing is stored",
    },
    "observatory": {
        "freeze": "sweeps; what is frozen is unique",
        "freeze_campaign": "sweeps; what is frozen is unique",
        "measure": "tests/observatory/test_races.py races it",
        "measure_all": "measures one by one",
        "plan_for": "one plan a campaign, by the database",
        "publish_reviewed": "raced as publish",
        "refuse_past": "reads",
    },
    "vault": {
        "add_piece": "a piece that comes twice changes nothing; tests/vault/test_upload.py",
        "analyse_waiting": "sweeps, each row under a lease",
        "begin": "raced as receive: the token is unique",
        "choose": "the last choice stands",
        "destroy_confirmed": "under the lease that claim_confirmed won",
        "forget": "ends at the same rows",
        "held": "a lease",
        "is_known_elsewhere": "reads",
        "keep": "in the transaction of cases.keep_justificatif",
        "mark_sealed": "under the lease that claim_confirmed won",
        "purge_files": "deletes, in the transaction of cases.purge",
        "put_back_confirmed": "under the lease that claim_confirmed won",
        "reached": "reads",
        "rebuild": "computes",
        "refuse_confirmed": "under the lease that claim_confirmed won",
        "refuse_over_quota": "reads",
        "still_held": "reads",
        "sweep": "ends at the same rows",
        "sweep_orphans": "deletes files that no row names",
        "takes_files": "reads",
    },
}


def actions_of(module: object) -> set[str]:
    app = str(getattr(module, "__name__")).split(".")[0]  # noqa: B009  a module
    names = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
    functions = [getattr(module, name) for name in names if inspect.isfunction(getattr(module, name))]
    return {f"{app}.{one.__name__}" for one in functions if one.__module__.startswith(f"{app}.actions")}


def test_every_action_is_raced_or_says_why_not() -> None:
    every = set().union(*map(actions_of, MODULES))
    excused = {f"{app}.{name}" for app, names in NO_TRANSITION.items() for name in names}

    assert every - set(RACES) - excused == set(), "give it a race in tests/races/, or say why it needs none"
    assert excused - every == set(), "there is no such action any more"
    assert set(RACES) & excused == set()
    assert set(RACES) <= every | {"notifications.queue"}


@pytest.mark.parametrize("app", NO_TRANSITION)
def test_a_test_that_is_named_is_there(app: str) -> None:
    words = [word.strip(";:,.") for reason in NO_TRANSITION[app].values() for word in reason.split()]
    named = [word for word in words if word.startswith("tests/")]

    assert [path for path in named if not (ROOT / path.removesuffix("/")).exists()] == []
