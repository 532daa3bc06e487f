"""Every write of the vault: a deposit from its door to its seal, or to its end."""

from vault.actions.analysing import analyse_waiting
from vault.actions.checking import check_part
from vault.actions.confirming import StaysHidden, choose, confirm, discard, forget
from vault.actions.leasing import held
from vault.actions.purging import purge_files, still_held
from vault.actions.receiving import AN_HOUR, add_piece, begin, finish, reached, receive, refuse_over_quota, takes_files
from vault.actions.running import Run
from vault.actions.sealing import (
    LeaseLost,
    claim_confirmed,
    destroy_confirmed,
    is_known_elsewhere,
    keep,
    mark_sealed,
    put_back_confirmed,
    rebuild,
    refuse_confirmed,
)
from vault.actions.sweeping import Sweep, sweep, sweep_orphans

__all__ = [
    "AN_HOUR",
    "LeaseLost",
    "Run",
    "StaysHidden",
    "Sweep",
    "add_piece",
    "analyse_waiting",
    "begin",
    "check_part",
    "choose",
    "claim_confirmed",
    "confirm",
    "destroy_confirmed",
    "discard",
    "finish",
    "forget",
    "held",
    "is_known_elsewhere",
    "keep",
    "mark_sealed",
    "purge_files",
    "put_back_confirmed",
    "reached",
    "rebuild",
    "receive",
    "refuse_confirmed",
    "refuse_over_quota",
    "still_held",
    "sweep",
    "sweep_orphans",
    "takes_files",
]
