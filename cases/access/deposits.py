"""Deposits of a case, for whoever sent them: nobody else sees a document before it is cleaned."""

from django.http import Http404

from accounts.models import User
from cases.models import Case, Justificatif
from vault.models import Deposit, SealedFile


def deposit_for(case: Case, pk: int, *, by: User) -> Deposit:
    """A deposit of theirs in a case that `case_for` gave. Raises Http404."""
    found: Deposit | None = _of(case, by=by).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def deposits_of(case: Case, *, by: User) -> list[Deposit]:
    """Theirs in a case that `case_for` gave, the newest first: those under way, and how those of the week ended."""
    return list(_of(case, by=by).order_by("-pk"))


def file_of(justificatif: Justificatif) -> SealedFile:
    """Raises Http404 where the file was destroyed because it came before files were cleaned."""
    if justificatif.sealed_file is None:
        raise Http404
    return justificatif.sealed_file


def _of(case: Case, *, by: User):  # type: ignore[no-untyped-def]  # a DepositQuerySet
    return Deposit.objects.filter(subject=case.subject, by=by)
