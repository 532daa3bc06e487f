"""Every few minutes: what ran out is destroyed, and what a dead process left is removed."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts import scope
from accounts.models import Association
from vault.actions.antechamber import end, shred
from vault.actions.purging import remove_if_possible
from vault.box import keys, store
from vault.box.antechamber import ROOM, empty
from vault.models import Deposit, DepositState, SealedFile
from vault.models.deposit import UNDER_WAY

ORPHAN_AFTER = timedelta(hours=24)
# Ids and codes only, so that whoever sent it still reads how it ended.
ENDED_KEPT = timedelta(days=7)

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Sweep:
    """How many deposits ran out, were emptied at last, and left the table; how many blobs without a row went."""

    expired: int = 0
    emptied: int = 0
    purged: int = 0
    orphans: int = 0


def sweep(*, at: datetime) -> Sweep:
    """Door: every association, suspended ones too. Any number may run at once, and any may die in between."""
    done = Sweep()
    for association_id in Association.objects.order_by("pk").values_list("pk", flat=True):
        with scope.enter(association_id):
            done.expired += _expire(at)
        done.emptied += _empty_ended(association_id)
        with scope.enter(association_id):
            done.purged += _purge(before=at - ENDED_KEPT)
    done.orphans = sweep_orphans(now=at)
    return done


def sweep_orphans(*, now: datetime) -> int:
    """Remove the blobs without a row that are older than a day, in the antechamber too; how many."""
    before = now - ORPHAN_AFTER
    associations = list(Association.objects.order_by("pk").values_list("pk", flat=True))
    return sum(_sweep_association(pk, before=before) for pk in associations) + _sweep_room(associations, before=before)


def _expire(at: datetime) -> int:
    rows = Deposit.objects.all().to_expire(at).order_by("pk")
    return sum(
        end(deposit, state=DepositState.EXPIRED, at=at, code=deposit.why_over, expires_at__lte=at) for deposit in rows
    )


def _empty_ended(association_id: int) -> int:
    """What ended while a process died, or while the keys were away, before its blobs went."""
    with scope.enter(association_id):
        left = list(Deposit.objects.all().ended().filter(holds=True).order_by("pk"))
    return sum(_emptied(deposit) for deposit in left)


def _emptied(deposit: Deposit) -> bool:
    try:
        shred(deposit.association_id, deposit.pk, file_id=deposit.file_id, folder=deposit.folder)
    except (keys.KeysAway, OSError) as error:
        log.warning("deposit %s is not emptied yet: %s", deposit.pk, type(error).__name__)
        return False
    return True


def _purge(*, before: datetime) -> int:
    gone, _ = Deposit.objects.all().ended().filter(holds=False, expires_at__lt=before).delete()
    return gone


def _sweep_association(association_id: int, *, before: datetime) -> int:
    old = [name for name in store.names_of(association_id) if _is_old(name, before=before)]
    if not old:
        return 0
    with scope.enter(association_id):
        known = set(SealedFile.objects.values_list("stored_name", flat=True))
    orphans = [name for name in old if name not in known]
    return sum(remove_if_possible(name) for name in orphans)


def _sweep_room(associations: Iterable[int], *, before: datetime) -> int:
    """Folders of the antechamber that no deposit on its way has, once all in them is a day old."""
    folders = set(store.folders_in(ROOM))
    for association_id in associations if folders else ():
        with scope.enter(association_id):
            ids = Deposit.objects.filter(state__in=UNDER_WAY).values_list("file_id", flat=True)
            folders -= {file_id.hex for file_id in ids}
    return sum(_remove_old(f"{ROOM}/{name}", before=before) for name in sorted(folders))


def _remove_old(folder: str, *, before: datetime) -> int:
    names = store.names_in(folder)
    if not all(_is_old(f"{folder}/{name}", before=before) for name in names):
        return 0
    empty(folder)
    return len(names)


def _is_old(name: str, *, before: datetime) -> bool:
    return (store.stored_at(name) or before) < before
