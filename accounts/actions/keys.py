"""Making and destroying the keys of the tree."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from accounts import crypto
from accounts.fields import forget_keys, wrap
from accounts.models import DataKey, KeyKind


def create_keys(association_id: int | None, *, kind: KeyKind, count: int = 1) -> list[UUID]:
    """New key rows under the association's root (None: the instance's). Returns their subjects, in one insert."""
    rows = [DataKey(subject=uuid4(), association_id=association_id, kind=kind) for _ in range(count)]
    for row in rows:
        wrap(row, crypto.new_key())
    DataKey.objects.bulk_create(rows, batch_size=500)
    return [row.subject for row in rows]


def destroy_keys(subjects: Iterable[UUID]) -> int:
    """Crypto-shredding: what these keys sealed is gone for good."""
    count, _ = DataKey.objects.filter(subject__in=list(subjects)).delete()
    forget_keys()
    return count
