"""Reading the audit log: for whoever may, in the association in scope."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, Exists, Max, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.http import Http404

from accounts.access.concerned import concerning
from accounts.access.factors import FACTORS
from accounts.access.sessions import open_sessions
from accounts.access.team import require
from accounts.fields import load_keys
from accounts.models import AuditEntry, Membership, SignIn
from accounts.rules.audit import ACCOUNT_CHANGES, ALERTS, About, AuditKind
from accounts.rules.chain import Entry
from accounts.rules.roles import Right

PAGE = 50
MOST_ALERTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is looked for; an empty answer asks for everything.

    `who` acted, or is concerned; `until` is not included.
    """

    who: UUID | None = None
    case: int | None = None
    kinds: tuple[AuditKind, ...] = ()
    why: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """Where the association's chain stands: its last place and moment, and how many entries wait for theirs."""

    place: int
    at: datetime | None
    waiting: int


def entries(
    reader: Membership, asked: Asked, *, before: int | None = None, limit: int = PAGE
) -> tuple[list[AuditEntry], int | None]:
    """Newest first, a keyset page, and the id to go on from; the names of whoever acted at hand. Three queries."""
    require(reader, Right.AUDIT_READ)
    rows = _asked(asked).select_related("by").order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: limit + 1])
    load_keys({entry.by.subject for entry in found if entry.by})
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def _asked(asked: Asked) -> "QuerySet[AuditEntry]":
    rows = AuditEntry.objects.all()
    if asked.who:
        rows = rows.filter(concerning(asked.who))
    if asked.case is not None:
        rows = rows.filter(about=About.CASE, about_id=str(asked.case))
    if asked.kinds:
        rows = rows.filter(kind__in=asked.kinds)
    if asked.why:
        rows = rows.filter(why=asked.why)
    if asked.since:
        rows = rows.filter(at__gte=asked.since)
    return rows.filter(at__lt=asked.until) if asked.until else rows


def unseen_alerts() -> "QuerySet[AuditEntry]":
    """Of the association in scope, newest first; for whoever checks rights themselves."""
    same = AuditEntry.objects.filter(kind=AuditKind.ALERT_SEEN, about=About.ENTRY, about_id=Cast(OuterRef("pk"), _TEXT))
    return AuditEntry.objects.filter(~Exists(same), kind__in=ALERTS).order_by("-pk")


_TEXT = CharField(max_length=36)


def alerts_since(moment: datetime) -> "QuerySet[AuditEntry]":
    """Of the association in scope, seen or not; for whoever checks rights themselves."""
    return AuditEntry.objects.filter(kind__in=ALERTS, at__gt=moment).order_by("pk")


def account_changes_since(moment: datetime) -> list[tuple[int, Membership]]:
    """What protects somebody's account changed: the entry's id, and whose account. Of the association in scope.

    Without what another association had taken off: it tells that itself. Two queries.
    """
    changed = AuditEntry.objects.filter(kind__in=ACCOUNT_CHANGES, about=About.MEMBERSHIP, at__gt=moment)
    told = changed.exclude(kind=AuditKind.FACTOR_REMOVED, by=None).order_by("pk").values_list("pk", "about_id")
    found = list(told)
    rows = Membership.objects.filter(pk__in={whose for _, whose in found}).select_related("user").order_by("pk")
    people = {str(row.pk): row for row in rows}
    return [(pk, people[whose]) for pk, whose in found if whose in people]


def who_saw(alerts: Iterable[AuditEntry]) -> dict[int, UUID | None]:
    """By alert, who took it off the page. One query."""
    ids = [str(alert.pk) for alert in alerts]
    seen = AuditEntry.objects.filter(kind=AuditKind.ALERT_SEEN, about=About.ENTRY, about_id__in=ids)
    return {int(pk): by for pk, by in seen.order_by("pk").values_list("about_id", "by")}


def alerts_for(reader: Membership) -> list[AuditEntry]:
    """What nobody has looked at yet, newest first: a hundred at most. PermissionDenied without AUDIT_READ."""
    require(reader, Right.AUDIT_READ)
    found = list(unseen_alerts().select_related("by")[:MOST_ALERTS])
    load_keys({alert.by.subject for alert in found if alert.by})
    return found


def alert_count(reader: Membership) -> int:
    """For the menu, counted up to a hundred; 0 for whoever may not read them."""
    return unseen_alerts()[:MOST_ALERTS].count() if reader.may(Right.AUDIT_READ) else 0


def alert_for(reader: Membership, pk: int) -> AuditEntry:
    """An alert to take off the page. Http404 for another entry; PermissionDenied for one that is not `answerable`."""
    require(reader, Right.AUDIT_READ)
    alert: AuditEntry | None = AuditEntry.objects.filter(kind__in=ALERTS, pk=pk).first()
    if alert is None:
        raise Http404
    if not answerable([alert], reader):
        raise PermissionDenied
    return alert


def answerable(alerts: Iterable[AuditEntry], reader: Membership) -> set[int]:
    """Those that the reader may take off the page: none about themselves, while somebody else could look at it."""
    watching = readers_of_alerts()
    return {
        alert.pk for alert in alerts if not concerns(alert, reader) or all(concerns(alert, one) for one in watching)
    }


def concerns(alert: AuditEntry, somebody: Membership) -> bool:
    """Is it about what they did, or about a right that they were given?"""
    is_about = alert.about == About.MEMBERSHIP and alert.about_id == str(somebody.pk)
    return is_about or alert.by_id == somebody.user_id


def readers_of_alerts() -> list[Membership]:
    """Who watches over the association in scope."""
    rows = Membership.objects.active().select_related("user").order_by("pk")
    return [row for row in rows if row.may(Right.AUDIT_READ)]


def chain_state(reader: Membership) -> Chain:
    require(reader, Right.AUDIT_READ)
    last = AuditEntry.objects.all().chained().last()
    waiting = AuditEntry.objects.all().unchained()[:1000].count()
    return Chain(last.place or 0, last.at, waiting) if last else Chain(0, None, waiting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Somebody of the team, how their account is protected, when they last came in here, how often it stands open."""

    membership: Membership
    factors: frozenset[str]
    last_in: datetime | None
    sessions: int


def team_watched(reader: Membership, *, at: datetime) -> list[Watched]:
    """Everybody at work here, with names at hand. PermissionDenied without AUDIT_READ. Seven queries at any size."""
    require(reader, Right.AUDIT_READ)
    team = list(Membership.objects.active().select_related("user").order_by("joined_at", "pk"))
    users = [one.user_id for one in team]
    load_keys(one.user.subject for one in team)
    factors: dict[UUID, set[str]] = {}
    for user_id, kind in Authenticator.objects.filter(user__in=users, type__in=FACTORS).values_list("user_id", "type"):
        factors.setdefault(user_id, set()).add(kind)
    came = SignIn.objects.at_work_for(reader.association_id).filter(user__in=users).order_by()
    last = dict(came.values_list("user_id").annotate(last=Max("opened_at")))
    counted = open_sessions([one.user for one in team], association_id=reader.association_id, at=at)
    return [
        Watched(
            membership=one,
            factors=frozenset(factors.get(one.user_id, ())),
            last_in=last.get(one.user_id),
            sessions=counted.get(one.user_id, 0),
        )
        for one in team
    ]


def everybody_ever(reader: Membership) -> list[Membership]:
    """The team and who left it, with names at hand: whose acts may be looked for."""
    require(reader, Right.AUDIT_READ)
    rows = list(Membership.objects.select_related("user").order_by("joined_at", "pk"))
    load_keys(row.user.subject for row in rows)
    return rows


def plain(entry: AuditEntry, *, place: int | None = None) -> Entry:
    """The entry as the chain sees it; `place`: the one that it is about to take."""
    return Entry(
        id=entry.pk,
        association=entry.association_id,
        kind=entry.kind,
        at=entry.at.astimezone(UTC).isoformat(),
        by=str(entry.by_id or ""),
        about=entry.about,
        about_id=entry.about_id,
        why=entry.why,
        payload=entry.payload,
        place=(entry.place or 0) if place is None else place,
        hash=entry.hash,
    )


def chained_entries() -> Iterable[Entry]:
    """Of the association in scope, by place, a few at a time in memory."""
    return (plain(entry) for entry in AuditEntry.objects.all().chained().iterator(chunk_size=2000))
