"""A hundredth of the sealed files is re-hashed each day: what a disk has lost is known while a backup still has it."""

import logging
from datetime import date, datetime

from django.db import transaction

from accounts import scope
from accounts.models import Association, AuditEntry
from accounts.rules.audit import About, AuditKind
from vault.access import flaw_of
from vault.models import SealedFile

PARTS = 100

log = logging.getLogger(__name__)


def check_part(*, today: date, at: datetime, since: date | None = None) -> dict[int, str]:
    """Door: the files whose turn it is today, in every association; the flaws by the file's id.

    Each file has its turn every hundred days; those whose turn came after the day `since` (the last check's) are made
    up for. What is wrong is logged, and raised once as an alert of its association.
    """
    flaws: dict[int, str] = {}
    checked, turns = 0, _turns(today=today, since=since)
    for association_id in Association.objects.order_by("pk").values_list("pk", flat=True):
        with scope.enter(association_id):
            rows = [row for row in _rows() if row[0] % PARTS in turns]
        found = {pk: flaw for pk, name, digest in rows if (flaw := flaw_of(name, digest=digest))}
        checked += len(rows)
        flaws |= found
        with scope.enter(association_id):
            _raise_alerts(found, at=at)
    log.info("%s sealed files re-hashed: %s are not sound", checked, len(flaws))
    return flaws


def _turns(*, today: date, since: date | None) -> set[int]:
    missed = max(0, (today - since).days - 1) if since else 0
    return {(today.toordinal() - back) % PARTS for back in range(min(missed, PARTS - 1) + 1)}


def _rows() -> list[tuple[int, str, str]]:
    return list(SealedFile.objects.order_by("pk").values_list("pk", "stored_name", "sha256_cipher"))


@transaction.atomic
def _raise_alerts(flaws: dict[int, str], *, at: datetime) -> None:
    """Of two checks side by side the second waits here, and finds what the first one raised."""
    if flaws:
        Association.objects.select_for_update(of=("self",), no_key=True).get(pk=scope.required())
    for pk, flaw in flaws.items():
        log.error("sealed file %s is %s: restore it from a backup", pk, flaw)
        raised = AuditEntry.objects.filter(kind=AuditKind.FILE_DAMAGED, about=About.FILE, about_id=str(pk))
        if not raised.exists():
            AuditEntry.objects.record(AuditKind.FILE_DAMAGED, at=at, by=None, about=About.FILE, about_id=pk, flaw=flaw)
