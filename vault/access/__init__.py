"""Reading what the vault holds. Who may is decided by who hands the row over."""

from vault.access.deposits import own_zones_of, page_after, page_before, zones_of
from vault.access.sealed import BlobMissing, Unsound, Verification, flaw_of, open_plain, verify

__all__ = [
    "BlobMissing",
    "Unsound",
    "Verification",
    "flaw_of",
    "open_plain",
    "own_zones_of",
    "page_after",
    "page_before",
    "verify",
    "zones_of",
]
