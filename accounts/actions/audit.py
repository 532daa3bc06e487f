"""The audit log's chain, its heads outside, and alerts that somebody looked at."""

import fcntl
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypedDict

from django.conf import settings
from django.db import transaction

from accounts import scope
from accounts.access.audit import chained_entries, plain
from accounts.access.doors import associations_at_work
from accounts.models import Association, AuditEntry, User
from accounts.rules.audit import About, AuditKind
from accounts.rules.chain import Found, flaws, hash_of

_BATCH = 2000
_log = logging.getLogger("accounts.audit")


class Head(TypedDict):
    """A line of the file of heads."""

    date: str
    association: int
    place: int
    hash: str


def chain_all() -> int:
    """Chain what is new in every association; how many entries took their place."""
    return sum(_chain_whole(pk) for pk in associations_at_work())


def _chain_whole(association_id: int) -> int:
    total = 0
    while done := _chain_batch(association_id):
        total += done
    return total


def _chain_batch(association_id: int) -> int:
    with scope.enter(association_id):
        return chain_entries(association_id)


@transaction.atomic
def chain_entries(association_id: int) -> int:
    """Chain up to 2,000 entries of the association in scope, in the order of their ids.

    The association's row is locked first, so that two tickers never give the same place twice. (Its key may still be
    named meanwhile: nobody who writes waits.) An entry that was committed late takes the next place.
    """
    Association.objects.select_for_update(of=("self",), no_key=True).get(pk=association_id)
    waiting = list(AuditEntry.objects.all().unchained()[:_BATCH])
    last = AuditEntry.objects.all().chained().last()
    place, previous = (last.place or 0, last.hash) if last else (0, "")
    chained: dict[int, tuple[int, str]] = {}
    for entry in waiting:
        place += 1
        previous = hash_of(plain(entry, place=place).content(), previous=previous)
        chained[entry.pk] = (place, previous)
    return AuditEntry.objects.all().set_hashes(chained)


def write_heads(*, today: date) -> int:
    """Append where each chain ends to the file of heads, and to the log; once a day and association. How many lines.

    The file is of use only where whoever could rewrite the database cannot rewrite it: see the documentation.
    """
    path = Path(settings.AUDIT_HEADS_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        written = {(head["association"], head["date"]) for head in map(_read, file) if head}
        heads = [head for head in _heads(today) if (head["association"], head["date"]) not in written]
        for head in heads:
            line = json.dumps(head, sort_keys=True)
            file.write(line + "\n")
            _log.info("audit head %s", line)
    return len(heads)


def _read(line: str) -> Head | None:
    """A line that a full disk cut short hides none of the others."""
    try:
        head: Head = json.loads(line)
    except ValueError:
        return None
    return head


def read_heads(path: Path) -> dict[int, dict[int, str]]:
    """By association: place to hash. A file that is not there holds none."""
    heads: dict[int, dict[int, str]] = {}
    if path.exists():
        for head in map(_read, path.read_text(encoding="utf-8").splitlines()):
            if head:
                heads.setdefault(head["association"], {})[head["place"]] = head["hash"]
    return heads


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What following one chain gave."""

    slug: str
    chained: int
    waiting: int
    heads: int
    found: list[Found]


def verify_audit(*, heads: Mapping[int, Mapping[int, str]], slug: str = "") -> list[Verdict]:
    """Follow every association's chain (or one's), also of those that have left. Writes nothing."""
    rows = Association.objects.order_by("pk")
    return [
        _verdict(association, heads=heads.get(association.pk, {}))
        for association in (rows.filter(slug=slug) if slug else rows)
    ]


def _verdict(association: Association, *, heads: Mapping[int, str]) -> Verdict:
    with scope.enter(association.pk):
        return Verdict(
            slug=association.slug,
            chained=AuditEntry.objects.all().chained().count(),
            waiting=AuditEntry.objects.all().unchained().count(),
            heads=len(heads),
            found=flaws(chained_entries(), kinds=frozenset(AuditKind), heads=heads),
        )


def _heads(today: date) -> Iterator[Head]:
    for association_id in associations_at_work():
        with scope.enter(association_id):
            last = AuditEntry.objects.all().chained().last()
        if last is not None and last.place is not None:
            yield Head(date=today.isoformat(), association=association_id, place=last.place, hash=last.hash)


@transaction.atomic
def see_alert(alert: AuditEntry, *, by: User, at: datetime) -> bool:
    """Take an alert off everybody's page. False when a colleague did before."""
    seen = AuditEntry.objects.filter(kind=AuditKind.ALERT_SEEN, about=About.ENTRY, about_id=str(alert.pk))
    if seen.exists():
        return False
    AuditEntry.objects.record(AuditKind.ALERT_SEEN, at=at, by=by, about=About.ENTRY, about_id=alert.pk)
    return True
