"""What the person decides about what they were shown: what else to hide, what not, and whether to keep it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import User
from vault.actions.antechamber import end
from vault.box import keys, pokes
from vault.models import Deposit, DepositState, SealedFile
from vault.rules.refusals import Code, Refused
from vault.rules.zones import BadZone, Mark, Zone

# A confirmed file outlives a worker that stands still for a night.
CONFIRMED_LASTS = timedelta(hours=24)
MAX_ZONES = 200


class StaysHidden(ValueError):
    """A place that surely holds a number, or none at all, was to be shown."""


def choose(deposit: Deposit, *, own: Sequence[Zone], shown: Collection[int], at: datetime) -> bool:
    """Keep the zones that a person drew, and the places in `found` that they un-hid: uncertain ones only.

    False when the deposit waits for nobody's choice any more. Raises StaysHidden and BadZone.
    """
    _refuse_certain(deposit, shown)
    _refuse_bad(deposit, own)
    rows = Deposit.objects.filter(pk=deposit.pk, state=DepositState.TO_CONFIRM, confirmed_at=None, expires_at__gt=at)
    won = rows.update(own=[zone.to_json() for zone in own], shown=sorted(set(shown)))
    return bool(won)


def confirm(deposit: Deposit, *, by: User, at: datetime) -> bool:
    """Have it sealed as `deposit` says; the worker does it. False when it was confirmed before, when it waits for
    nobody, and when what is hidden was changed meanwhile.

    Raises Refused: Code.CLOSED when its key cannot be kept long enough (nothing has changed then), Code.EXPIRED when
    the key is gone: that ends it.
    """
    if not deposit.awaits_person:
        return False
    try:
        keys.store().renew(deposit.file_id, lasts=CONFIRMED_LASTS)
    except keys.KeysAway:
        raise Refused(Code.CLOSED) from None
    except keys.KeyGone:
        return _lost(deposit, at=at)
    rows = Deposit.objects.filter(pk=deposit.pk, state=DepositState.TO_CONFIRM, confirmed_at=None, expires_at__gt=at)
    same = rows.filter(own=deposit.own, shown=deposit.shown)
    won = same.update(confirmed_at=at, confirmed_by=by, expires_at=at + CONFIRMED_LASTS, tries=0)
    if won:
        pokes.poke_confirmed()
    return bool(won)


def _lost(deposit: Deposit, *, at: datetime) -> bool:
    """Nothing opens it any more; False when another request confirmed and finished it."""
    if end(deposit, state=DepositState.EXPIRED, at=at, code=Code.EXPIRED, confirmed_at=None):
        raise Refused(Code.EXPIRED)
    return False


def discard(deposit: Deposit, *, at: datetime) -> bool:
    """Destroy it unkept. False when it was confirmed or ended before."""
    return end(deposit, state=DepositState.DESTROYED, at=at, confirmed_at=None)


def forget(subject: UUID, *, at: datetime) -> int:
    """Destroy every deposit of a case that is erased, confirmed ones too; how many. In the caller's transaction.

    Its sealed files keep no mark by which the same document would be known again.
    """
    SealedFile.objects.filter(subject=subject).update(pixels="")
    rows = Deposit.objects.all().under_way().filter(subject=subject).order_by("pk")
    return sum(end(deposit, state=DepositState.DESTROYED, at=at) for deposit in rows)


def _refuse_certain(deposit: Deposit, shown: Collection[int]) -> None:
    for place in shown:
        if not 0 <= place < len(deposit.found) or deposit.found[place]["certain"]:
            raise StaysHidden("Only a place that is not certain may be shown.")


def _refuse_bad(deposit: Deposit, own: Sequence[Zone]) -> None:
    if len(own) > MAX_ZONES or any(zone.kind is not Mark.OWN or not 1 <= zone.page <= deposit.pages for zone in own):
        raise BadZone("A person draws zones on the pages that are there.")
