"""What is kept for long enough: into the archive, announced to its person, let go. Steps of the sweep.

Like the sweep: rows are the queue, a chunk is one transaction, whoever is working on a case now is left alone.
"""

import logging
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

import notifications.actions
from accounts import scope
from accounts.models import Association
from cases.access import terms_of
from cases.actions.announcing import BY_MAIL, ON_THE_DESK
from cases.actions.erasing import erase_case
from cases.models import Case, CaseEvent, PurgeCause, Reminder
from cases.models.case import CaseQuerySet
from cases.rules.keeping import FIRST_NOTICE, LAST_NOTICE, NOTICE_HOLDS, Terms, may_let_go, notice_due
from cases.rules.lifecycle import EventKind
from notifications.actions import NoticeRow
from notifications.models import Notice, NoticeQuerySet, NoticeState

CASE_EXPIRES = "case_expires"
UNDER_WAY = {NoticeState.WAITING, NoticeState.SENDING, NoticeState.HELD}
_log = logging.getLogger(__name__)


def day_of(association_id: int, *, today: date, at: datetime) -> date:
    """The association's own day when the instance has `today`; the instance's where its zone cannot be read."""
    zone = Association.objects.values_list("time_zone", flat=True).get(pk=association_id)
    try:
        return today + (timezone.localdate(at, ZoneInfo(zone)) - timezone.localdate(at))
    except (LookupError, ValueError):
        _log.warning("Association %s: its time zone cannot be read.", association_id)
        return today


def _terms() -> Terms:
    return terms_of(Association.objects.get(pk=scope.required()))


def to_archive(*, today: date) -> CaseQuerySet:
    """Of the association in scope, the longest over first; so below."""
    last = _terms().to_archive(today)
    found: CaseQuerySet = Case.objects.all().in_terms(plain=last, complained=last).filter(archived_on=None)
    return found.order_by("expected_until", "pk")


def archive(association_id: int, ids: Sequence[int], *, today: date, at: datetime) -> int:
    """Out of every list, search and queue; how many. What waited there to be told waits no more."""
    with transaction.atomic(), scope.enter(association_id):
        cases = _locked(to_archive(today=today), ids)
        rows = Case.objects.filter(pk__in=[case.pk for case in cases])
        rows.update(archived_on=today, purge_told=None, purge_told_on=None, held_until=None, version=F("version") + 1)
        Reminder.objects.all().standing().filter(case__in=cases).update(ended_at=at)
        CaseEvent.objects.bulk_create([_event(case, EventKind.CASE_ARCHIVED, at=at) for case in cases])
        return len(cases)


def to_announce(*, today: date) -> CaseQuerySet:
    """In the archive, and at a notice that nobody gave yet."""
    first, last = _near(today, days=-FIRST_NOTICE), _near(today, days=-LAST_NOTICE)
    old = Q(purge_told=None) | Q(purge_told_on__lt=today - NOTICE_HOLDS)
    nearer = Q(purge_told=FIRST_NOTICE, pk__in=last.values("pk"))
    return first.filter(old | nearer).order_by("expected_until", "pk")


def announce_end(association_id: int, ids: Sequence[int], *, today: date, at: datetime) -> tuple[int, int]:
    """Tell each person, by mail or on the desk: how many cases, how many mails."""
    with transaction.atomic(), scope.enter(association_id):
        terms = _terms()
        cases = _locked(to_announce(today=today).select_related("member"), ids)
        for case in cases:
            purge_on = terms.purges_on(case.expected_until, has_complaint=case.has_complaint)
            case.purge_told = notice_due(purge_on, told=case.purge_told, told_on=case.purge_told_on, today=today)
            case.purge_told_on = today
        Case.objects.bulk_update(cases, ["purge_told", "purge_told_on"])
        CaseEvent.objects.bulk_create(
            [_event(case, EventKind.ERASURE_ANNOUNCED, at=at, by=_way(case), stage=case.purge_told) for case in cases]
        )
        notices = [_notice(case) for case in cases if _way(case) == BY_MAIL]
        return len(cases), notifications.actions.queue_many(notices, at=at) if notices else 0


def to_let_go(*, today: date) -> CaseQuerySet:
    """Kept for long enough, and told of it for a week: a mail that waits for its server has told nobody yet.

    One that nobody could deliver is the team's to tell, on the desk, in the same week.
    """
    told = Q(purge_told=LAST_NOTICE, purge_told_on__gte=today - NOTICE_HOLDS)
    return _near(today, days=-1).filter(told).exclude(Exists(_hardly_told(today))).order_by("expected_until", "pk")


def _hardly_told(today: date) -> NoticeQuerySet:
    """The last notice of the case around it, while it is under way and in the week after."""
    week_ago = timezone.make_aware(datetime.combine(today + timedelta(days=LAST_NOTICE + 1), time.min))
    young = Q(state__in=UNDER_WAY) | Q(state=NoticeState.SENT, sent_at__gte=week_ago)
    parts = ("case:", OuterRef("pk"), ":expires:", OuterRef("purge_told"), ":", OuterRef("purge_told_on"))
    key = Concat(*(Value(one) if isinstance(one, str) else Cast(one, CharField()) for one in parts))
    found: NoticeQuerySet = Notice.objects.filter(young, kind=CASE_EXPIRES, dedupe_key=key)
    return found


def let_go_of(association_id: int, ids: Sequence[int], *, today: date, at: datetime) -> int:
    """Destroy their keys; how many. One that was taken up again meanwhile stays."""
    with transaction.atomic(), scope.enter(association_id):
        terms = _terms()
        cases = [case for case in _locked(to_let_go(today=today), ids) if _may_go(case, terms=terms, today=today)]
        for case in cases:
            erase_case(case, today=today, at=at, by=None, cause=PurgeCause.RETENTION)
        return len(cases)


def _may_go(case: Case, *, terms: Terms, today: date) -> bool:
    purge_on = terms.purges_on(case.expected_until, has_complaint=case.has_complaint)
    return may_let_go(purge_on, told=case.purge_told, told_on=case.purge_told_on, today=today)


def _near(today: date, *, days: int) -> CaseQuerySet:
    """In the archive, for so many days more at most."""
    terms = _terms()
    plain, complained = (
        terms.to_purge(today, has_complaint=has_complaint, within=days) for has_complaint in (False, True)
    )
    found: CaseQuerySet = Case.objects.all().archived().in_terms(plain=plain, complained=complained)
    return found


def _locked(rows: CaseQuerySet, ids: Collection[int]) -> list[Case]:
    """Those of these rows that still are as the step wants them; what somebody holds now is left to the next run."""
    skip_locked = connection.features.has_select_for_update_skip_locked
    return list(rows.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), skip_locked=skip_locked))


def _event(case: Case, kind: EventKind, *, at: datetime, **payload: str | int | None) -> CaseEvent:
    return CaseEvent(
        association_id=case.association_id, case=case, subject=case.subject, kind=kind, at=at, payload=payload
    )


def _way(case: Case) -> str:
    return BY_MAIL if case.member.takes_mail else ON_THE_DESK


def _notice(case: Case) -> NoticeRow:
    return NoticeRow(
        kind=CASE_EXPIRES,
        dedupe_key=f"case:{case.pk}:expires:{case.purge_told}:{case.purge_told_on}",
        ids={"case": case.pk, "stage": case.purge_told or 0},
    )
