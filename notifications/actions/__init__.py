"""The outbox: promising mails inside other actions' transactions, and delivering them.

Every committed promise reaches the SMTP server at least once. A second copy is possible only when a process dies
between the server's 250 and our COMMIT: one per sending process per death, with the same Message-ID.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, NotRequired, TypedDict

from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import EmailMultiAlternatives
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from accounts import scope
from accounts.models import Association
from notifications import gathering, registry, smtp
from notifications.access import window_of
from notifications.actions.answering import answer_unsent, retry
from notifications.actions.choosing import choose, forget_choice, pass_on_choice
from notifications.actions.direct import Letter, send_now, send_soon
from notifications.actions.leaving import ending_well, is_leaving, leave
from notifications.actions.refusing import Refused
from notifications.models import DropReason, Notice, NoticeQuerySet, NoticeState
from notifications.rules import backoff, windows
from notifications.rules.kinds import DIGESTS, Recipient
from notifications.rules.modes import Act
from notifications.rules.windows import Window
from notifications.smtp import Courier, Denied, Rejected, Undelivered, Unreachable

__all__ = [
    "BATCH",
    "BATCH_TIME",
    "LEASE",
    "RUN_TIME",
    "DeliveryReport",
    "Letter",
    "NoticeRow",
    "answer_unsent",
    "choose",
    "deliver",
    "ending_well",
    "forget_choice",
    "is_leaving",
    "leave",
    "pass_on_choice",
    "queue",
    "queue_many",
    "retry",
    "send_now",
    "send_soon",
]

BATCH = 100
# A batch stops taking up new messages after BATCH_TIME; the slowest last message (a new connection and a dialogue of
# about ten answers, each as slow as EMAIL_TIMEOUT allows) still ends within the lease.
LEASE = timedelta(minutes=10)
BATCH_TIME = timedelta(minutes=5)
RUN_TIME = timedelta(minutes=7)
PATIENCE = timedelta(seconds=0.5)
# So many refusals with no mail taken in between are the server's word about us, not about these addresses.
REFUSALS_IN_A_ROW = 5

log = logging.getLogger(__name__)


class NoticeRow(TypedDict):
    """`leave_by`: after this instant the mail would come too late, so it does not wait for hours that come after it."""

    kind: str
    dedupe_key: str
    ids: Mapping[str, int | str]
    leave_by: NotRequired[datetime | None]


@dataclass(slots=True)
class DeliveryReport:
    """`failed` will be tried again; `postponed` were not tried: the server could not be reached or time ran out.

    `held`: until their reader's quiet hours are over, or for the mail of their day.
    """

    sent: int = 0
    dropped: int = 0
    failed: int = 0
    dead: int = 0
    postponed: int = 0
    held: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def queue(*, kind: str, dedupe_key: str, ids: Mapping[str, int | str], at: datetime) -> bool:
    """Promise one mail, in the caller's transaction. False when it was promised before."""
    return queue_many([NoticeRow(kind=kind, dedupe_key=dedupe_key, ids=ids)], at=at) == 1


def queue_many(rows: Iterable[NoticeRow], *, at: datetime) -> int:
    """Promise many mails in two statements per 500; how many are new. Raises UnknownKind. Needs the scope."""
    association_id = scope.required()
    notices = [_new_notice(row, association_id=association_id, at=at) for row in rows]
    return sum(_insert(notices[start : start + 500]) for start in range(0, len(notices), 500))


def _new_notice(row: NoticeRow, *, association_id: int, at: datetime) -> Notice:
    return Notice(
        association_id=association_id,
        kind=registry.kind_of(row["kind"]).key,
        dedupe_key=row["dedupe_key"],
        subject_ids=dict(row["ids"]),
        message_id=smtp.new_message_id(),
        next_try_at=at,
        leave_by=row.get("leave_by"),
        created_at=at,
    )


def _insert(notices: list[Notice]) -> int:
    """The database does not tell which rows it left out, but only ours carry our Message-IDs."""
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    return int(Notice.objects.filter(message_id__in=[notice.message_id for notice in notices]).count())


def deliver(*, now: datetime, limit: int = BATCH, stops: Callable[[], bool] = lambda: False) -> DeliveryReport:
    """Send what is due and may leave, in every association, in batches of `limit`. Any number of processes may do so.

    From a suspended one leaves what parts from its people, and nothing else.

    Call it outside transactions. Ends when nothing may leave, when the server is not reached or refuses everything or,
    after the mail that is on its way, when RUN_TIME is over or `stops` says so.
    """
    run = _Run(started=now, limit=limit, stops=stops)
    with run.courier:
        try:
            while not run.is_over and (_round(run) or _settle_refused(run)):
                pass
        except Unreachable as outage:
            log.warning("mail server takes nothing now: %s", outage.code)
    _settle_refused(run)
    return run.report


@dataclass(slots=True)
class _Run:
    """One call of deliver. The time that passes while it works is added to the `now` that it was given."""

    started: datetime
    limit: int
    stops: Callable[[], bool]
    courier: Courier = field(default_factory=Courier)
    report: DeliveryReport = field(default_factory=DeliveryReport)
    # Of the association whose batch it is: does it work, or is it suspended?
    window: Window = field(default_factory=Window)
    works: bool = True
    # Since the server last took a mail. Until it is known whether it takes any, they keep their lease.
    refused: list[Refused] = field(default_factory=list)
    _zero: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self._zero)

    @property
    def now(self) -> datetime:
        return self.started + self.elapsed

    @property
    def is_over(self) -> bool:
        """A worker's time limit counts for the whole run, however many associations have a batch in it."""
        return self.elapsed >= RUN_TIME or self.stops()


def _round(run: _Run) -> int:
    """One batch for each association, so that a large one does not keep the others waiting; how many were claimed."""
    associations = Association.objects.order_by("pk")
    return sum(_deliver_batch(run, association) for association in associations if not run.is_over)


def _deliver_batch(run: _Run, association: Association) -> int:
    claimed = _claim(run, association)
    run.window, run.works = window_of(association), association.is_active
    stop_at = run.now + BATCH_TIME
    for place, notice in enumerate(claimed):
        if run.now >= stop_at or run.is_over:
            _release(run, claimed[place:])
            break
        try:
            _deliver_one(run, notice)
        except Unreachable:
            _release(run, claimed[place:])
            raise
    return len(claimed)


def _claim(run: _Run, association: Association) -> list[Notice]:
    """Take a lease on the next notices that may leave and COMMIT. A try counts from here: it may kill the process."""
    now = run.now
    with scope.enter(association.pk):
        if not _leaving(association, now=now).exists():
            return []
    with transaction.atomic(durable=True), scope.enter(association.pk):
        _bury_interrupted(run, now=now)
        leaving = _leaving(association, now=now).order_by("next_try_at", "pk").select_for_update(skip_locked=True)
        notices = list(leaving[: run.limit])
        lease = now + LEASE
        taken = Notice.objects.filter(pk__in=[notice.pk for notice in notices])
        taken.update(state=NoticeState.SENDING, lease_until=lease, attempts=F("attempts") + 1)
    for notice in notices:
        notice.state, notice.lease_until, notice.attempts = NoticeState.SENDING, lease, notice.attempts + 1
    return notices


def _leaving(association: Association, *, now: datetime) -> NoticeQuerySet:
    """What is due while the association's window is open; while it is closed, what cannot wait for it."""
    window, due = window_of(association), Notice.objects.due(now)
    if not association.is_active:
        due = due.filter(kind__in=registry.parting_kinds())
    if windows.is_open(window, now):
        return due
    return due.pressing(now, kinds=registry.urgent_kinds(), chance=windows.next_chance(window, now))


def _bury_interrupted(run: _Run, *, now: datetime) -> None:
    """A notice whose last try never ended is given up like one that failed."""
    worn = Notice.objects.due(now).filter(state=NoticeState.SENDING, attempts__gte=backoff.MAX_TRIES)
    gathering.release(*worn.filter(kind__in=DIGESTS.values()).values_list("pk", flat=True), now=now)
    run.report.dead += worn.update(state=NoticeState.DEAD, lease_until=None, error_class="interrupted")


def _deliver_one(run: _Run, notice: Notice) -> None:
    """Whatever goes wrong with this notice is written on it and stops no other. Raises Unreachable.

    A worker whose time is over raises through: the mail on its way may have been taken, so its lease runs out.
    """
    try:
        with scope.enter(notice.association_id):
            prepared = _prepared(run, notice)
        if isinstance(prepared, DropReason):
            _drop(run, notice, reason=prepared)
            return
        if isinstance(prepared, _Later):
            prepared.put_off(run, notice)
            return
        if not _is_taken(run, notice, prepared):
            return
    except (Unreachable, SoftTimeLimitExceeded):
        raise
    except Undelivered as refusal:
        _fail(run, notice, code=refusal.code)
    except Exception as error:  # noqa: BLE001  a poison notice must not stop the others
        _fail(run, notice, code=type(error).__name__)
    else:
        _mark_sent(run, notice)
        _settle_refused(run)


def _is_taken(run: _Run, notice: Notice, message: EmailMultiAlternatives) -> bool:
    try:
        run.courier.carry(message)
    except (Rejected, Denied) as refusal:
        _note_refusal(run, Refused(notice, refusal, address=message.to[0]))
        return False
    return True


def _note_refusal(run: _Run, refused: Refused) -> None:
    """A server that takes nothing is set up wrong: nothing is given up for that, and the run ends.

    Raises Unreachable. What was refused is tried again after a pause, so that other mails are the next to be tried.
    """
    run.refused.append(refused)
    if len(run.refused) < REFUSALS_IN_A_ROW:
        return
    for one in run.refused:
        _fail(run, one.notice, code=one.refusal.code)
    run.refused.clear()
    raise Unreachable("refuses_everything")


def _settle_refused(run: _Run) -> int:
    """How many there were. While the server has taken no mail in this run, a bare "550" may mean us: tried again."""
    settled, run.refused = run.refused, []
    for one in settled:
        if one.is_final(takes=run.report.sent > 0):
            _bury(run, one.notice, code=one.refusal.code)
            one.tell(at=run.now)
        else:
            _fail(run, one.notice, code=one.refusal.code)
    return len(settled)


@dataclass(frozen=True, slots=True)
class _Later:
    """Its reader's choice lets it wait; `gathers`: in the mail of that instant."""

    until: datetime
    gathers: bool
    recipient: Recipient

    def put_off(self, run: "_Run", notice: Notice) -> None:
        """It was no try. What the day's mail cannot take any more is looked at when that one has left."""
        if self.gathers and gathering.hold(notice, self.recipient, leaves_at=self.until, now=run.now):
            run.report.held += 1
            return
        run.report.held += _settle(
            notice, state=NoticeState.WAITING, next_try_at=self.until, attempts=notice.attempts - 1
        )


def _prepared(run: _Run, notice: Notice) -> EmailMultiAlternatives | DropReason | _Later:
    """The mail as it is true now, when its reader wants it now."""
    kind = registry.kind_of(notice.kind)
    if registry.is_digest(notice.kind):
        gathering.sort_out(notice, kind.recipient(notice), now=run.now)
    if not kind.still_holds(notice):
        return DropReason.STALE
    recipient = kind.recipient(notice)
    if recipient is None or not recipient.email:
        return DropReason.NO_ADDRESS
    told = gathering.verdict_for(notice, recipient, window=run.window, has_pages=run.works, now=run.now)
    if told.act is Act.KEEP:
        return DropReason.UNWANTED
    if told.until:
        return _Later(told.until, gathers=told.act is Act.GATHER, recipient=recipient)
    return smtp.written(recipient, templates=kind.templates, context=kind.context(notice), message_id=notice.message_id)


def _mark_sent(run: _Run, notice: Notice) -> None:
    """True whoever holds the lease by now: the server has it.

    A database that is away is waited for while the lease lasts: to give up is to send a second copy.
    """
    while True:
        try:
            return _write_sent(run, notice)
        except (OperationalError, InterfaceError) as error:
            if notice.lease_until is None or run.now + PATIENCE >= notice.lease_until:
                raise
            log.warning("notice %s was sent, its row waits for the database: %s", notice.pk, type(error).__name__)
            connection.close()
            time.sleep(PATIENCE.total_seconds())


def _write_sent(run: _Run, notice: Notice) -> None:
    with scope.enter(notice.association_id):
        if registry.is_digest(notice.kind):
            gathering.told(notice, at=run.now)
        rows = Notice.objects.filter(pk=notice.pk).exclude(state=NoticeState.SENT)
        rows.update(state=NoticeState.SENT, sent_at=run.now, lease_until=None, reason="", error_class="")
    run.report.sent += 1


def _drop(run: _Run, notice: Notice, *, reason: DropReason) -> None:
    _release_held(run, notice)
    run.report.dropped += _settle(notice, state=NoticeState.DROPPED, reason=reason)


def _release_held(run: _Run, notice: Notice) -> None:
    """A day's mail that ends unsent: what it holds leaves by itself."""
    if registry.is_digest(notice.kind):
        with scope.enter(notice.association_id):
            gathering.release(notice.pk, now=run.now)


def _bury(run: _Run, notice: Notice, *, code: str) -> None:
    log.warning("notice %s is dead after %s tries: %s", notice.pk, notice.attempts, code)
    _release_held(run, notice)
    run.report.dead += _settle(notice, state=NoticeState.DEAD, error_class=code[:60])


def _fail(run: _Run, notice: Notice, *, code: str) -> None:
    if backoff.is_exhausted(notice.attempts):
        _bury(run, notice, code=code)
        return
    log.warning("notice %s failed, try %s: %s", notice.pk, notice.attempts, code)
    pause = backoff.pause_after(notice.attempts, jitter=backoff.jitter_of(notice.pk))
    next_try_at = run.now + pause
    run.report.failed += _settle(notice, state=NoticeState.WAITING, next_try_at=next_try_at, error_class=code[:60])


def _release(run: _Run, notices: list[Notice]) -> None:
    """Give back what was not tried; an outage costs no notice one of its tries."""
    next_try_at = run.now + backoff.OUTAGE_PAUSE
    for notice in notices:
        run.report.postponed += _settle(
            notice, state=NoticeState.WAITING, next_try_at=next_try_at, attempts=notice.attempts - 1
        )


def _settle(notice: Notice, **changes: Any) -> int:
    """Write how a try ended, while the lease is still ours, and COMMIT. How many rows: 0 or 1."""
    with scope.enter(notice.association_id):
        ours = Notice.objects.filter(pk=notice.pk, state=NoticeState.SENDING, lease_until=notice.lease_until)
        return int(ours.update(lease_until=None, **changes))
