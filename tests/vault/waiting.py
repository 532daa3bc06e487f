"""Deposits as the pages and the worker handle them: each step in a scope, and a transaction, of its own."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from accounts import scope
from accounts.actions import create_keys
from accounts.models import Association, KeyKind, User
from vault import actions
from vault.models import Deposit


@dataclass
class Counter:
    """One case of an association, and somebody who deposits in it."""

    association: Association
    subject: UUID
    by: User
    at: datetime
    store: Path

    @classmethod
    def open(cls, association: Association, by: User, *, at: datetime, store: Path) -> "Counter":
        with scope.enter(association.pk):
            [subject] = create_keys(association.pk, kind=KeyKind.CASE)
        return cls(association, subject, by, at, store)

    def send(self, *parts: bytes, **told: Any) -> Deposit:
        given: dict[str, Any] = {
            "subject": self.subject,
            "label": "attestation",
            "token": uuid4(),
            "by": self.by,
            "at": self.at,
        }
        with scope.enter(self.association.pk):
            return actions.receive(list(parts), **(given | told))

    def shown(self, *parts: bytes, **told: Any) -> Deposit:
        """Sent and analysed."""
        deposit = self.send(*parts, **told)
        actions.analyse_waiting(at=self.at)
        return self.again(deposit)

    def confirmed(self, *parts: bytes, **told: Any) -> Deposit:
        deposit = self.shown(*parts, **told)
        with scope.enter(self.association.pk):
            assert actions.confirm(deposit, by=self.by, at=self.at)
        return self.again(deposit)

    def again(self, deposit: Deposit) -> Deposit:
        with scope.enter(self.association.pk):
            return Deposit.objects.get(pk=deposit.pk)

    def change(self, deposit: Deposit, **columns: Any) -> Deposit:
        with scope.enter(self.association.pk):
            Deposit.objects.filter(pk=deposit.pk).update(**columns)
        return self.again(deposit)

    def blobs(self) -> list[Path]:
        return sorted(path for path in self.store.rglob("*") if path.is_file())
