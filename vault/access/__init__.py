"""Reading what the vault holds. Who may is decided by who hands the row over."""

from vault.access.deposits import own_zones_of, page_after, page_before, zones_of
from vault.access.operating import CONFIRMED, deposits_under_way
from vault.access.sealed import BlobMissing, Unsound, Verification, flaw_of, open_plain, verify
from vault.access.sheets import count_sheets, sheet_of

__all__ = [
    "CONFIRMED",
    "BlobMissing",
    "Unsound",
    "Verification",
    "count_sheets",
    "deposits_under_way",
    "flaw_of",
    "open_plain",
    "own_zones_of",
    "page_after",
    "page_before",
    "sheet_of",
    "verify",
    "zones_of",
]
