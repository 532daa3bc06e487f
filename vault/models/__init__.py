"""What the vault keeps: sealed files, and deposits on their way to become one."""

from vault.models.deposit import Deposit, DepositQuerySet, DepositState
from vault.models.sealed import FileState, SealedFile

__all__ = ["Deposit", "DepositQuerySet", "DepositState", "FileState", "SealedFile"]
