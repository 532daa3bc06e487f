"""The sessions of one person: which are open, and how the others ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest

from accounts.access.factors import was_opened_by_code
from accounts.fields import load_keys
from accounts.models import BY_MEMBERS, SignIn, SignInEnd, SignInWay, User
from accounts.rules.sessions import Limits

# Where the Django session keeps the id of its SignIn row.
SESSION_SIGN_IN = "sign_in_id"
SHOWN_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Sessions:
    """Of the last thirty days, newest first. `open` ones are within their limits."""

    open: list[SignIn]
    ended: list[SignIn]


def limits_of(way: str, *, as_member: bool = False) -> Limits:
    """Members come in by a code or a card; whoever comes in by a password or a passkey works here.

    `as_member`: of a page about one's own cases, where the shorter ones hold, however one came in.
    """
    members = Limits(
        idle=timedelta(minutes=settings.MEMBER_IDLE_MINUTES), absolute=timedelta(hours=settings.MEMBER_SESSION_HOURS)
    )
    if way in BY_MEMBERS:
        return members
    idle = timedelta(minutes=settings.VOLUNTEER_IDLE_MINUTES)
    absolute = timedelta(hours=settings.VOLUNTEER_SESSION_HOURS)
    if as_member:
        return Limits(idle=min(idle, members.idle), absolute=min(absolute, members.absolute))
    return Limits(idle=idle, absolute=absolute)


def pause_of(request: HttpRequest, *, as_member: bool) -> timedelta:
    """How long whoever is signed in here may do nothing. No query: the session knows how it was opened."""
    way = SignInWay.CODE if was_opened_by_code(request) else SignInWay.PASSWORD
    return limits_of(way, as_member=as_member).idle


def current_session(request: HttpRequest) -> UUID | None:
    """The id of this browser's own row."""
    found = request.session.get(SESSION_SIGN_IN)
    return UUID(found) if found else None


def sessions_of(user: User, *, at: datetime) -> Sessions:
    """One query, and one for the key of the devices' names."""
    rows = list(SignIn.objects.filter(user=user, opened_at__gt=at - SHOWN_FOR).order_by("-opened_at", "pk"))
    load_keys({row.subject for row in rows})
    told = [_as_at(row, at=at) for row in rows]
    return Sessions(
        open=[row for row in told if row.ended_at is None], ended=[row for row in told if row.ended_at is not None]
    )


def open_sessions(users: Iterable[User], *, association_id: int, at: datetime) -> dict[UUID, int]:
    """How many sessions each of these users has open for the association's desk; who has none is missing."""
    counts: dict[UUID, int] = {}
    rows = SignIn.objects.open().at_work_for(association_id).filter(user__in=list(users)).defer("device")
    for row in rows.order_by("pk"):
        if _as_at(row, at=at).ended_at is None:
            counts[row.user_id] = counts.get(row.user_id, 0) + 1
    return counts


def _as_at(row: SignIn, *, at: datetime) -> SignIn:
    """A session that nobody came back to has ended at its limit, though nothing wrote it."""
    if row.ended_at is None:
        moment, past = limits_of(row.way).end_of(opened_at=row.opened_at, seen_at=row.seen_at)
        if at >= moment:
            row.ended_at, row.end = moment, SignInEnd(past.value)
    return row


def session_for(user: User, pk: str) -> SignIn:
    """One of this person's own open sessions. Http404 for anybody else's."""
    try:
        found = SignIn.objects.open().filter(user=user, pk=UUID(pk)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found
