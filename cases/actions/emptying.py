"""The purge role's job: the rows of what is erased go, and what is too old to be of use; counts are all that stays.

Each chunk is one transaction with its lines in the log: killed, doubled or late, it ends at the same rows and counts.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

import accounts.actions
import vault.actions
from accounts import scope
from accounts.models import Association, DataKey
from accounts.scope.roles import as_purge_role
from cases.actions import keeping
from cases.actions.apart import TROUBLE, one_by_one
from cases.actions.leaving import close_former
from cases.models import (
    Attempt,
    Beneficiary,
    Case,
    CaseEvent,
    CaseFact,
    Consent,
    Deadline,
    EvidenceLeaf,
    Export,
    InboundMail,
    Justificatif,
    MailBounce,
    Member,
    PurgeCause,
    PurgeLine,
    Reminder,
)
from cases.rules.lifecycle import EventKind, State
from notifications.models import Notice, NoticeState

CHUNK = 100
NOTICE_KEPT = timedelta(days=90)
TRACE_KEPT = timedelta(days=365)
Counts = Counter[tuple[str, str]]
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Purged:
    """Rows by (table, cause). `waiting`: erased cases whose files are not at rest.

    `set_aside`: cases, and associations or steps of them, that failed; the next run tries them again.
    """

    counts: Counts = field(default_factory=Counter)
    let_go: int = 0
    waiting: int = 0
    set_aside: int = 0

    def told(self) -> dict[str, Any]:
        """For a program: tables to causes to numbers."""
        tables: dict[str, dict[str, int]] = {}
        for (table, cause), number in sorted(self.counts.items()):
            tables.setdefault(table, {})[cause] = number
        return {"tables": tables, "let_go": self.let_go, "waiting": self.waiting, "set_aside": self.set_aside}


def purge(*, today: date, at: datetime, dry_run: bool = False) -> Purged:
    """Door: every association, suspended ones too, on its own day, as the purge role. `today` is the instance's.

    `dry_run` counts the cases and writes nothing.
    Raises NoPurgeRole; must not be called inside a transaction or a scope.
    """
    done = Purged()
    with as_purge_role():
        for association_id in list(Association.objects.order_by("pk").values_list("pk", flat=True)):
            with _set_aside(association_id, done):
                day = keeping.day_of(association_id, today=today, at=at)
                _purge_one(association_id, done, today=day, at=at, dry_run=dry_run)
        if not dry_run:
            _wipe_file()
    return done


@contextmanager
def _set_aside(association_id: int, done: Purged) -> Iterator[None]:
    """One trouble must keep neither the others' rows nor what else is due here."""
    try:
        yield
    except TROUBLE as error:
        _log.error("Association %s was set aside: %s", association_id, type(error).__name__)
        done.set_aside += 1


def _purge_one(association_id: int, done: Purged, *, today: date, at: datetime, dry_run: bool) -> None:
    if dry_run:
        _count(association_id, done, today=today)
        return
    with _set_aside(association_id, done):
        _let_go(association_id, done, today=today, at=at)
    with _set_aside(association_id, done):
        _empty_erased(association_id, done, today=today)
    with _set_aside(association_id, done):
        done.counts += _empty_others(association_id, today=today)
    with _set_aside(association_id, done):
        done.counts += _empty_traces(association_id, today=today, at=at)
    with scope.enter(association_id):
        done.waiting += Case.objects.filter(state=State.ERASED).count()


def _let_go(association_id: int, done: Purged, *, today: date, at: datetime) -> None:
    def some(ids: Sequence[int]) -> None:
        done.let_go += keeping.let_go_of(association_id, ids, today=today, at=at)

    for ids in _chunks_to_let_go(association_id, today=today):
        _all_or_each(ids, some, done)


def _empty_erased(association_id: int, done: Purged, *, today: date) -> None:
    def some(ids: Sequence[int]) -> None:
        done.counts += _empty_cases(association_id, ids, today=today)

    last = 0
    while ids := _erased_after(association_id, last):
        _all_or_each(ids, some, done)
        last = ids[-1]


def _all_or_each(ids: Sequence[int], do: Callable[[Sequence[int]], None], done: Purged) -> None:
    try:
        do(ids)
    except TROUBLE:
        _log.warning("A chunk of the purge failed; its cases are redone one by one.")
        done.set_aside += len(one_by_one(ids, lambda pk: do([pk])))


def _count(association_id: int, done: Purged, *, today: date) -> None:
    with scope.enter(association_id):
        done.let_go += keeping.to_let_go(today=today).count()
        erased = Case.objects.filter(state=State.ERASED).order_by("pk")
        for cause, number in Counter(_causes([case.pk for case in erased]).values()).items():
            done.counts["cases.Case", cause] += number


def _chunks_to_let_go(association_id: int, *, today: date) -> Iterator[list[int]]:
    tried: set[int] = set()
    while True:
        with scope.enter(association_id):
            ids = list(keeping.to_let_go(today=today).exclude(pk__in=tried).values_list("pk", flat=True)[:CHUNK])
        if not ids:
            return
        tried.update(ids)
        yield ids


def _erased_after(association_id: int, pk: int) -> list[int]:
    with scope.enter(association_id):
        rows = Case.objects.filter(state=State.ERASED, pk__gt=pk).order_by("pk")
        return list(rows.values_list("pk", flat=True)[:CHUNK])


def _empty_cases(association_id: int, ids: Collection[int], *, today: date) -> Counts:
    """The chunk's rows, as far as nobody else holds them; each cause is counted by itself."""
    counts: Counts = Counter()
    with transaction.atomic(), scope.enter(association_id):
        skip_locked = connection.features.has_select_for_update_skip_locked
        rows = Case.objects.filter(pk__in=ids, state=State.ERASED).order_by("pk")
        found = list(rows.select_for_update(of=("self",), skip_locked=skip_locked))
        busy = vault.actions.still_held([case.subject for case in found])
        subjects = {case.pk: case.subject for case in found if case.subject not in busy}
        causes = _causes(list(subjects))
        for cause in sorted(set(causes.values())):
            mine = [pk for pk in subjects if causes[pk] == cause]
            people = [case for case in found if case.pk in mine]
            emptied = _empty(mine, [subjects[pk] for pk in mine]) | _empty_people_of(people)
            for table, number in emptied.items():
                counts[table, cause] += number
        _write_lines(association_id, counts, today=today)
    return counts


def _causes(case_ids: Collection[int]) -> dict[int, str]:
    """Why each was erased: its time was over, or somebody asked."""
    erased = CaseEvent.objects.filter(case__in=case_ids, kind=EventKind.CASE_ERASED)
    told = dict(erased.order_by().values_list("case_id", "payload__cause"))
    return {pk: told.get(pk) or PurgeCause.ERASURE.value for pk in case_ids}


def _empty(ids: list[int], subjects: list[UUID]) -> dict[str, int]:
    """In an order in which nothing is left that names what goes. The tree's leaves keep their hash, without a case."""
    counts = {"cases.Reminder": _delete(Reminder, case__in=ids)}
    counts["cases.EvidenceLeaf"] = EvidenceLeaf.objects.all().unname(ids)
    counts["cases.InboundMail"] = _delete(InboundMail, case__in=ids)  # of mail that was taken in meanwhile
    for model in (Justificatif, Deadline, Attempt, CaseFact):
        counts[f"cases.{model.__name__}"] = _delete(model, case__in=ids)
    counts["cases.CaseEvent"] = CaseEvent.objects.all().purge(ids)
    counts |= vault.actions.purge_files(subjects)
    Case.objects.filter(follows__in=ids).update(follows=None)
    counts["accounts.DataKey"] = accounts.actions.destroy_keys(subjects)
    return counts | {"cases.Case": _delete(Case, pk__in=ids)}


def _delete(model: type[models.Model], **which: Any) -> int:
    count, _ = model._default_manager.filter(**which).delete()
    return count


def _empty_people_of(cases: Sequence[Case]) -> dict[str, int]:
    """Whom these named last, with whom they acted for: for the same cause."""
    members = {case.member_id for case in cases}
    named = models.Q(pk__in={case.beneficiary_id for case in cases}) | models.Q(member__in=members)
    return _empty_people(Beneficiary.objects.filter(named), Member.objects.filter(pk__in=members))


def _empty_people(beneficiaries: models.QuerySet[Beneficiary], members: models.QuerySet[Member]) -> dict[str, int]:
    """Those that no case names any more: their key is destroyed already, or they would have one."""
    keys = DataKey.objects.filter(subject=models.OuterRef("subject"))
    nobody = ~models.Exists(keys)
    people = list(beneficiaries.filter(nobody, cases=None).order_by("pk").values_list("pk", flat=True))
    counts = {"cases.Consent": _delete(Consent, beneficiary__in=people)}
    counts["cases.Beneficiary"] = _delete(Beneficiary, pk__in=people)
    free = members.filter(nobody, cases=None, beneficiaries=None, user=None)
    gone = list(free.order_by("pk").values_list("pk", flat=True))
    counts["cases.MailBounce"] = _delete(MailBounce, member__in=gone)
    return counts | {"cases.Member": _delete(Member, pk__in=gone)}


def _empty_others(association_id: int, *, today: date) -> Counts:
    """People who were erased and whom no case named in the end."""
    with transaction.atomic(), scope.enter(association_id):
        found = _empty_people(Beneficiary.objects.all(), Member.objects.all())
        counts: Counts = Counter({(table, PurgeCause.ERASURE.value): number for table, number in found.items()})
        _write_lines(association_id, counts, today=today)
    return counts


def _empty_traces(association_id: int, *, today: date, at: datetime) -> Counts:
    """What is too old: mails that left or never will, lists that were asked for, invitations, former volunteers."""
    with transaction.atomic(), scope.enter(association_id):
        found = accounts.actions.purge_traces(at=at)
        found |= _old_notices(at=at)
        found["cases.Export"] = _delete(Export, expires_at__lt=at - TRACE_KEPT)
        leavers = accounts.actions.former_volunteers(at=at)
        found["accounts.User"] = sum(close_former(user, by=None, at=at) for user in leavers)
        counts: Counts = Counter({(table, PurgeCause.AGE.value): number for table, number in found.items()})
        _write_lines(association_id, counts, today=today)
        return counts


def _old_notices(*, at: datetime) -> dict[str, int]:
    """With the reports that they did not arrive. A dead one stays for longer: it is a task of somebody's."""
    over = models.Q(state__in=[NoticeState.SENT, NoticeState.DROPPED], created_at__lt=at - NOTICE_KEPT)
    dead = models.Q(state=NoticeState.DEAD, created_at__lt=at - TRACE_KEPT)
    gone = list(Notice.objects.filter(over | dead).order_by("pk").values_list("pk", flat=True))
    counts = {"cases.MailBounce": _delete(MailBounce, notice__in=gone)}
    return counts | {"notifications.Notice": _delete(Notice, pk__in=gone)}


def _write_lines(association_id: int, counts: Counts, *, today: date) -> None:
    lines = [
        PurgeLine(association_id=association_id, purged_on=today, table=table, cause=cause, count=number)
        for (table, cause), number in sorted(counts.items())
        if number
    ]
    PurgeLine.objects.bulk_create(lines)


def _wipe_file() -> None:
    """SQLite keeps the pages as they were in its journal until it is written back; PostgreSQL's own vacuum does it."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
