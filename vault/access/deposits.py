"""A deposit as whoever sent it sees it: its pages before and after, from memory only."""

from vault.box import antechamber, keys
from vault.box.antechamber import ANALYSIS
from vault.models import Deposit
from vault.redaction import pipeline
from vault.redaction.pipeline import Analysis
from vault.rules.refusals import Code, Refused
from vault.rules.zones import Zone


def page_before(deposit: Deposit, number: int) -> bytes:
    """A page (from 1) as it came, as a JPEG: it may show the number, so it is for whoever sent it.

    Raises Refused (Code.EXPIRED; Code.CLOSED when the keys are away) and IndexError when there is no such page.
    """
    return pipeline.original(_analysis(deposit, number), number)


def page_after(deposit: Deposit, number: int) -> bytes:
    """A page (from 1) as it would be kept with what was chosen, as a JPEG. Raises as `page_before` does."""
    analysis = _analysis(deposit, number)
    return pipeline.preview(analysis, number, own=own_zones_of(deposit), shown=deposit.shown)


def zones_of(deposit: Deposit) -> tuple[Zone, ...]:
    """What the machine hides; `deposit.shown` holds places in it."""
    return tuple(Zone.from_json(one) for one in deposit.found)


def own_zones_of(deposit: Deposit) -> tuple[Zone, ...]:
    """What the person drew."""
    return tuple(Zone.from_json(one) for one in deposit.own)


def _analysis(deposit: Deposit, number: int) -> Analysis:
    if not deposit.is_shown:
        raise Refused(Code.EXPIRED)
    if not 1 <= number <= deposit.pages:
        raise IndexError(number)
    try:
        key = keys.store().fetch(deposit.file_id, kept=bytes(deposit.wrapped))
        packed = antechamber.read(deposit.folder, ANALYSIS, key=key, place=deposit.place(ANALYSIS))
    except keys.KeyGone:
        raise Refused(Code.EXPIRED) from None
    except keys.KeysAway:
        raise Refused(Code.CLOSED) from None
    return Analysis.unpack(packed)
