"""A session of a browser is one row, from sign-in to its end; the browser's own store only names it."""

import logging
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from accounts import scope
from accounts.access import limits_of, memberships_of
from accounts.models import BY_MEMBERS, AuditEntry, SignIn, SignInCode, SignInEnd, SignInWay, User
from accounts.rules.audit import AuditKind
from accounts.rules.sessions import device_of

_JUDGED = ("way", "opened_at", "seen_at", "ended_at", "end")
SEEN_EVERY = timedelta(minutes=1)
KEPT_FOR = timedelta(days=90)
_log = logging.getLogger("accounts.entry")


def open_session(user: User, *, way: SignInWay, user_agent: str, at: datetime) -> SignIn:
    """The row of a new session. Of the browser's own words only «Firefox, Android» is kept; of its address nothing."""
    row = SignIn(user=user, subject=user.subject, way=way, device=device_of(user_agent), opened_at=at, seen_at=at)
    row.save(force_insert=True)
    return row


def note_refusal(way: str, *, user_id: UUID | str = "unknown") -> None:
    """Somebody tried to come in by this `way` and was refused: into the log of the process, by id where one is known.

    No row: whoever tries would fill the database. No address either: it may be that of somebody with a case.
    """
    _log.warning("refused entry by %s, account %s", way, user_id)


def record_sign_in(
    user: User,
    *,
    way: SignInWay | None = None,
    session_id: UUID | None = None,
    association_id: int | None = None,
    at: datetime,
) -> bool:
    """Into the log of the association that the desk opens with: the chosen one, else the first of theirs.

    Without a way: the session went over from another association.
    """
    mine = [membership.association_id for membership in memberships_of(user)]
    if not mine:
        return False
    where = association_id if association_id in mine else mine[0]
    work_for(session_id, association_id=where)
    with scope.enter(where):
        AuditEntry.objects.record(AuditKind.SIGNED_IN, at=at, by=user, way=way.value if way else "switched")
    return True


def work_for(session_id: UUID | None, *, association_id: int) -> None:
    """From now on the session is that association's: only its coordinators count, date and end it."""
    if session_id is not None:
        SignIn.objects.filter(pk=session_id).exclude(way__in=BY_MEMBERS).update(works_for=association_id)


def check_session(
    session_id: UUID | None, *, user_id: UUID | str, as_member: bool = False, at: datetime
) -> SignInEnd | None:
    """None while it is open, else how it ended; what is past its limit ends here. One query, two once a minute.

    A session without a row of this user has ended, whatever the browser shows: LEFT. `as_member`: see `limits_of`.
    """
    row = SignIn.objects.filter(pk=session_id, user_id=user_id).only(*_JUDGED).first() if session_id else None
    if row is None:
        return SignInEnd.LEFT
    if row.ended_at is not None:
        return SignInEnd(row.end)
    moment, past = limits_of(row.way, as_member=as_member).end_of(opened_at=row.opened_at, seen_at=row.seen_at)
    if at >= moment:
        _end(row.pk, end=SignInEnd(past.value), at=moment)
        return SignInEnd(past.value)
    if at - row.seen_at >= SEEN_EVERY:
        SignIn.objects.open().filter(pk=row.pk).update(seen_at=at)
    return None


def see_session(session_id: UUID | None, *, since: datetime, at: datetime) -> bool:
    """After a request that took long, as a big file over a thin line does: all that time was no pause."""
    if session_id is None or at - since < SEEN_EVERY:
        return False
    return bool(SignIn.objects.open().filter(pk=session_id, seen_at__lt=at).update(seen_at=at))


def end_session(session_id: UUID | None, *, end: SignInEnd, at: datetime) -> bool:
    """False when there is none, or it has ended before."""
    return session_id is not None and _end(session_id, end=end, at=at)


def _end(session_id: UUID, *, end: SignInEnd, at: datetime) -> bool:
    return bool(SignIn.objects.open().filter(pk=session_id).update(ended_at=at, end=end))


@transaction.atomic
def end_sessions(
    user: User, *, end: SignInEnd, at: datetime, but: UUID | None = None, way: SignInWay | None = None
) -> int:
    """Sign somebody out of every browser at its next request, except of `but`. How many sessions it were.

    `way`: only those that were opened that way.
    """
    rows = SignIn.objects.open().filter(user=user)
    if way is not None:
        rows = rows.filter(way=way)
    if but is not None:
        rows = rows.exclude(pk=but)
    return rows.update(ended_at=at, end=end)


@transaction.atomic
def sign_out_elsewhere(user: User, *, keep: UUID | None, at: datetime) -> int:
    """At the person's own wish, from wherever. How many sessions it were."""
    mine = SignIn.objects.open().filter(user=user)
    desks = Counter(_desks(mine.exclude(pk=keep) if keep else mine))
    ended = end_sessions(user, end=SignInEnd.ELSEWHERE, at=at, but=keep)
    for association_id, number in sorted(desks.items()):
        _record_ended(user, number, association_id=association_id, at=at)
    return ended


@transaction.atomic
def sign_out_of(session: SignIn, *, at: datetime) -> bool:
    """One session, at its owner's own wish. False when it has ended before."""
    ended = end_session(session.pk, end=SignInEnd.ELSEWHERE, at=at)
    for association_id in _desks(SignIn.objects.filter(pk=session.pk)) if ended else ():
        _record_ended(session.user, 1, association_id=association_id, at=at)
    return ended


def _desks(sessions: QuerySet[SignIn]) -> list[int]:
    """For whom each of these sessions works; a member's works for nobody."""
    return list(sessions.exclude(works_for=None).order_by("pk").values_list("works_for_id", flat=True))


def _record_ended(user: User, number: int, *, association_id: int, at: datetime) -> None:
    """Each association reads of its own sessions only."""
    with scope.enter(association_id):
        AuditEntry.objects.record(AuditKind.SIGNED_OUT_EVERYWHERE, at=at, by=user, sessions=number)


@transaction.atomic
def end_every_session(*, at: datetime) -> int:
    """After older rows were put back: what has ended since would be open again, a used code unused. How many it were.

    Every browser signs in anew.
    """
    Session.objects.all().delete()
    SignInCode.objects.all().delete()
    return SignIn.objects.open().update(ended_at=at, end=SignInEnd.LEFT)


def sweep_sessions(*, now: datetime) -> int:
    """Forget the sessions that were opened more than ninety days ago; all of them have long ended."""
    count, _ = SignIn.objects.filter(opened_at__lt=now - KEPT_FOR).delete()
    return count
