"""Whom an entry of the audit log is about: found from its ids when it is read; the log itself keeps no name."""

from collections.abc import Callable, Collection, Iterable
from uuid import UUID

from django.db.models import Q

from accounts.access.team import require
from accounts.fields import load_keys
from accounts.models import ApiToken, AuditEntry, FactorReset, Invitation, Membership, User
from accounts.rules.audit import ALERTS, About, AuditKind
from accounts.rules.roles import Right

Named = User | Invitation
_Found = dict[str, Named]


def targets(reader: Membership, entries: Iterable[AuditEntry]) -> dict[int, Named]:
    """By entry: whom it concerns, name at hand, where that is another than whoever acted. Nine queries at most."""
    require(reader, Right.AUDIT_READ)
    shown = list(entries)
    found: dict[tuple[str, str], Named] = {}
    for about, look_up in _LOOK_UPS.items():
        ids = {entry.about_id for entry in shown if entry.about == about}
        found |= {(about, pk): named for pk, named in (look_up(ids) if ids else {}).items()}
    load_keys({named.subject for named in found.values()})
    others = {entry.pk: found.get((entry.about, entry.about_id)) for entry in shown}
    by = {entry.pk: entry.by_id for entry in shown}
    return {pk: named for pk, named in others.items() if named and named.pk != by[pk]}


def _members(ids: Collection[str]) -> _Found:
    rows = Membership.objects.filter(pk__in=ids).select_related("user").order_by("pk")
    return {str(row.pk): row.user for row in rows}


def _invited(ids: Collection[str]) -> _Found:
    """Who accepted it, by the log; else the row, which names somebody until it ends."""
    rows: _Found = {str(row.pk): row for row in Invitation.objects.filter(pk__in=ids).order_by("pk")}
    accepted = AuditEntry.objects.filter(kind=AuditKind.INVITATION_ACCEPTED, about=About.INVITATION, about_id__in=ids)
    return rows | {row.about_id: row.by for row in accepted.select_related("by").order_by("pk") if row.by}


def _bearers(ids: Collection[str]) -> _Found:
    rows = ApiToken.objects.filter(pk__in=ids).select_related("membership__user").order_by("pk")
    return {str(row.pk): row.membership.user for row in rows}


def _locked_out(ids: Collection[str]) -> _Found:
    rows = FactorReset.objects.filter(pk__in=ids).select_related("membership__user").order_by("pk")
    return {str(row.pk): row.membership.user for row in rows}


def _askers(ids: Collection[str]) -> _Found:
    """Who asked for a list, as the log itself says it."""
    asked = AuditEntry.objects.filter(kind=AuditKind.EXPORT_ASKED, about=About.EXPORT, about_id__in=ids)
    return {row.about_id: row.by for row in asked.select_related("by").order_by("pk") if row.by}


def _watched(ids: Collection[str]) -> _Found:
    """Whom an alert was about."""
    rows = AuditEntry.objects.filter(pk__in=ids).select_related("by").order_by("pk")
    return {str(row.pk): row.by for row in rows if row.by}


_LOOK_UPS: dict[About, Callable[[Collection[str]], _Found]] = {
    About.MEMBERSHIP: _members,
    About.INVITATION: _invited,
    About.TOKEN: _bearers,
    About.RESET: _locked_out,
    About.EXPORT: _askers,
    About.ENTRY: _watched,
}


def concerning(user_id: UUID) -> Q:
    """What this person did, and what was done to them, in the association in scope. Six queries, before the search."""
    rows = Membership.objects.filter(user=user_id)
    mine = AuditEntry.objects.filter(by=user_id)
    ids: dict[About, Iterable[object]] = {
        About.MEMBERSHIP: rows.values_list("pk", flat=True),
        About.RESET: FactorReset.objects.filter(membership__in=rows).values_list("pk", flat=True),
        About.TOKEN: ApiToken.objects.filter(membership__in=rows).values_list("pk", flat=True),
        About.INVITATION: mine.filter(kind=AuditKind.INVITATION_ACCEPTED).values_list("about_id", flat=True),
        About.EXPORT: mine.filter(kind=AuditKind.EXPORT_ASKED).values_list("about_id", flat=True),
        About.ENTRY: mine.filter(kind__in=ALERTS).values_list("pk", flat=True),
    }
    sought = Q(by=user_id)
    for about, found in ids.items():
        sought |= Q(about=about, about_id__in=[str(pk) for pk in found])
    return sought
