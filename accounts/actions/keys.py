"""Making, re-wrapping and destroying the keys of the tree."""

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from accounts import crypto, scope
from accounts.actions.destroyed import list_destroyed
from accounts.fields import forget_keys, opens, rewrap, wrap
from accounts.models import Association, AuditEntry, DataKey, KeyKind
from accounts.rules.audit import About, AuditKind


def create_keys(association_id: int | None, *, kind: KeyKind, count: int = 1) -> list[UUID]:
    """New key rows under the association's root (None: the instance's). Returns their subjects, in one insert."""
    rows = [DataKey(subject=uuid4(), association_id=association_id, kind=kind) for _ in range(count)]
    for row in rows:
        wrap(row, crypto.new_key())
    DataKey.objects.bulk_create(rows, batch_size=500)
    return [row.subject for row in rows]


def destroy_keys(subjects: Iterable[UUID]) -> int:
    """Crypto-shredding: what these keys sealed is gone for good, and once committed listed for whoever restores."""
    ending = list(subjects)
    count, _ = DataKey.objects.filter(subject__in=ending).delete()
    forget_keys()
    transaction.on_commit(lambda: list_destroyed(ending), robust=True)
    return count


@dataclass(frozen=True, slots=True)
class Rotated:
    """One root key seen: whose (None: the instance's), and under which master key it lay if it was re-wrapped."""

    association_id: int | None
    before: str = ""


def rotate_keys(*, at: datetime) -> Iterator[Rotated]:
    """Bring every root key under the current master key, one transaction each, as the result is iterated.

    Whoever stops in between goes on by calling it again. What the root keys seal is not touched, files neither.
    Raises MasterKeyMissing or crypto.Tampered at a root that no master key of VAULT_KEKS opens.
    """
    yield Rotated(None, _rotate_root(None, at=at))
    for association_id in Association.objects.order_by("pk").values_list("pk", flat=True):
        yield Rotated(association_id, _rotate_root(association_id, at=at))


def _is_under(row: DataKey, kek_id: str) -> bool:
    """Raises crypto.Tampered where this master key is another one under the same id."""
    if row.kek_id == kek_id and not opens(row):
        raise crypto.Tampered("A master key does not open the root key that names it.")
    return row.kek_id == kek_id


def _rotate_root(association_id: int | None, *, at: datetime) -> str:
    """The id of the master key that the root was under; "" when there was nothing to do."""
    current, _ = crypto.current_kek()
    roots = DataKey.objects.filter(kind__in=[KeyKind.ASSOCIATION, KeyKind.INSTANCE], association=association_id)
    with transaction.atomic(), nullcontext() if association_id is None else scope.enter(association_id):
        row = roots.select_for_update().first()
        if row is None or _is_under(row, current):
            return ""
        before = row.kek_id
        rewrap(row)
        row.save(update_fields=["kek_id", "wrapped"])
        if association_id is not None:
            AuditEntry.objects.record(
                AuditKind.KEYS_ROTATED, at=at, by=None, about=About.KEY, about_id=row.subject, old=before, new=current
            )
        return before
