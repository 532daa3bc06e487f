"""Which master keys stand behind the root keys."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from accounts import crypto, scope
from accounts.fields import opens
from accounts.models import Association, DataKey, KeyKind


@dataclass(frozen=True, slots=True)
class ClosedRoots:
    """Root keys that this process cannot open: their master key is missing, or is another one under the same id."""

    kek_id: str
    is_missing: bool
    count: int


def closed_roots() -> list[ClosedRoots]:
    """Door: the root keys of the instance and of every association, tried with VAULT_KEKS. Writes nothing."""
    known = crypto.keks()
    closed = Counter(row.kek_id for row in root_keys() if not opens(row))
    return [ClosedRoots(kek_id, kek_id not in known, count) for kek_id, count in sorted(closed.items())]


def root_keys() -> Iterator[DataKey]:
    """Door: the instance's root key, then each association's, read in its scope. One query an association."""
    roots = DataKey.objects.filter(kind__in=[KeyKind.ASSOCIATION, KeyKind.INSTANCE])
    yield from roots.filter(association=None)
    for association_id in Association.objects.order_by("pk").values_list("pk", flat=True):
        with scope.enter(association_id):
            rows = list(roots.filter(association=association_id))
        yield from rows
