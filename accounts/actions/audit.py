"""The audit log's chain, its heads outside, and alerts that somebody looked at."""

import fcntl
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TextIO, TypedDict, TypeVar

from django.conf import settings
from django.db import transaction

from accounts import scope
from accounts.access.audit import chained_entries, plain
from accounts.models import Association, AuditEntry, User
from accounts.rules.audit import About, AuditKind
from accounts.rules.chain import Flaw, Found, flaws, hash_of

HEAD_WITHIN = timedelta(days=2)
CHAINED_WITHIN = timedelta(hours=1)
_BATCH = 2000
_HASH = re.compile("[0-9a-f]{64}")
_LONGEST_HEAD = 1000
T = TypeVar("T")
_log = logging.getLogger("accounts.audit")


class Head(TypedDict):
    """A line of the file of heads."""

    date: str
    association: int
    place: int
    hash: str


def chain_all() -> int:
    """Chain what is new in every association; how many entries took their place."""
    return sum(_in_each(_chain_whole))


def _in_each(work: Callable[[int], T]) -> list[T]:
    """What it gave for each association, also one that left. One that fails is named in the log and stops no other."""
    done, failed = list[T](), 0
    for pk in Association.objects.order_by("pk").values_list("pk", flat=True):
        try:
            done.append(work(pk))
        except Exception as error:  # noqa: BLE001  one association's trouble must not leave the others unproved
            failed += 1
            _log.error("audit set aside association %s: %s", pk, type(error).__name__)
    if failed:
        _log.error("audit set aside %s associations in all", failed)
    return done


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

    The log has them first, so that they are somewhere when the file cannot be written; each run tells it them.
    The file is of use only where whoever could rewrite the database cannot rewrite it: see the documentation.
    Raises OSError where it cannot be written.
    """
    heads = list(filter(None, _in_each(lambda pk: _head(pk, today=today))))
    for head in heads:
        _log.info("audit head %s", _told(head))
    path = Path(settings.AUDIT_HEADS_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8", errors="replace") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        return _append(file, heads)


def _append(file: TextIO, heads: Sequence[Head]) -> int:
    file.seek(0)
    lines = file.readlines()
    written = {(head["association"], head["date"]) for head in map(_read, lines) if head}
    missing = [head for head in heads if (head["association"], head["date"]) not in written]
    if missing and lines and not lines[-1].endswith("\n"):
        file.write("\n")  # a full disk cut the last line: the next one keeps its own
    file.writelines(_told(head) + "\n" for head in missing)
    return len(missing)


def _told(head: Head) -> str:
    return json.dumps(head, sort_keys=True)


def _read(line: str) -> Head | None:
    """None for what is no head: a line that a full disk cut short hides none of the others.

    A line that is longer than any head is not parsed: JSON that is nested deeply would end the reading of all.
    """
    if len(line) > _LONGEST_HEAD:
        return None
    try:
        told = json.loads(line)
        day, association, place, ended = told["date"], told["association"], told["place"], told["hash"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    are_numbers = type(association) is int and type(place) is int and place > 0
    if not are_numbers or not isinstance(day, str) or not isinstance(ended, str) or not _HASH.fullmatch(ended):
        return None
    return Head(date=day, association=association, place=place, hash=ended)


@dataclass(frozen=True, slots=True)
class Heads:
    """What the file of heads holds: by association, place to the hashes written for it, the oldest first.

    The first line holds, so that one that is added later changes no proof; that it was added is a fault of its own.
    `unreadable` counts the lines that are no head.
    """

    known: dict[int, dict[int, list[str]]] = field(default_factory=dict)
    unreadable: int = 0


def read_heads(path: Path) -> Heads:
    """A file that is not there holds none. Raises OSError where it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return Heads()
    heads = [_read(line) for line in lines if line.strip()]
    known: dict[int, dict[int, list[str]]] = {}
    for head in filter(None, heads):
        known.setdefault(head["association"], {}).setdefault(head["place"], []).append(head["hash"])
    return Heads(known, unreadable=heads.count(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What following one chain gave."""

    slug: str
    chained: int
    waiting: int
    heads: int
    found: list[Found]
    unproved: bool = False  # its end is old enough to have a head outside, and has none
    unchained: bool = False  # something has waited too long for its place


def verify_audit(*, heads: Mapping[int, Mapping[int, Sequence[str]]], now: datetime, slug: str = "") -> list[Verdict]:
    """Follow every association's chain (or one's), also of those that have left. Writes nothing.

    Heads of an association that has no row are a verdict too, under its id.
    """
    rows = list(Association.objects.order_by("pk"))
    asked = [association for association in rows if slug in {"", association.slug}]
    gone = [] if slug else sorted(set(heads) - {association.pk for association in rows})
    return [_verdict(association, heads=heads.get(association.pk, {}), now=now) for association in asked] + [
        Verdict(slug=f"#{pk}", chained=0, waiting=0, heads=len(heads[pk]), found=[Found(Flaw.GONE, 1)]) for pk in gone
    ]


def _verdict(association: Association, *, heads: Mapping[int, Sequence[str]], now: datetime) -> Verdict:
    with scope.enter(association.pk):
        chained, waiting = AuditEntry.objects.all().chained(), AuditEntry.objects.all().unchained()
        beyond = chained.filter(place__gt=max(heads, default=0))
        return Verdict(
            slug=association.slug,
            chained=chained.count(),
            waiting=waiting.count(),
            heads=len(heads),
            found=flaws(chained_entries(), kinds=frozenset(AuditKind), heads=heads),
            unproved=beyond.filter(at__lt=now - HEAD_WITHIN).exists(),
            unchained=waiting.filter(at__lt=now - CHAINED_WITHIN).exists(),
        )


def _head(association_id: int, *, today: date) -> Head | None:
    with scope.enter(association_id):
        last = AuditEntry.objects.all().chained().last()
    if last is None or last.place is None:
        return None
    return Head(date=today.isoformat(), association=association_id, place=last.place, hash=last.hash)


@transaction.atomic
def see_alert(alert: AuditEntry, *, by: User, at: datetime) -> bool:
    """Take an alert off everybody's page. False when a colleague did before.

    The association's row is locked: nothing of the log may be, and of two who see it at once one is recorded.
    """
    Association.objects.select_for_update(of=("self",), no_key=True).get(pk=alert.association_id)
    seen = AuditEntry.objects.filter(kind=AuditKind.ALERT_SEEN, about=About.ENTRY, about_id=str(alert.pk))
    if seen.exists():
        return False
    AuditEntry.objects.record(AuditKind.ALERT_SEEN, at=at, by=by, about=About.ENTRY, about_id=alert.pk)
    return True
