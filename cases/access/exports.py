"""Lists that were asked for: who may see the request, and which cases it names."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet
from django.http import Http404

from accounts.access import settling
from accounts.fields import load_keys
from accounts.models import Membership
from accounts.rules.roles import Right
from cases.access.doors import cases_of
from cases.access.lists import load_people
from cases.models import Campaign, Case, Export
from cases.rules import exports
from cases.rules.exports import Selection
from cases.rules.lifecycle import State


def exports_for(reader: Membership, *, limit: int = 50) -> list[Export]:
    """The requests that this membership may see, newest first: all for who may approve, else one's own."""
    return _with_names(_seen_by(reader).order_by("-pk")[:limit])


def lists_waiting(reader: Membership, *, at: datetime) -> int:
    """How many requests of others wait for this membership's decision. One query; none without the right."""
    if not reader.may(Right.EXPORT_APPROVE):
        return 0
    return Export.objects.all().waiting(at).exclude(asked_by=reader.user_id).count()


def export_for(reader: Membership, pk: int) -> Export:
    """One request. Http404 for what this membership may not see; PermissionDenied without either right."""
    found = _with_names(_seen_by(reader).filter(pk=pk))
    if not found:
        raise Http404
    return found[0]


def _seen_by(reader: Membership) -> QuerySet[Export]:
    rows = Export.objects.select_related("asked_by", "decided_by")
    if reader.may(Right.EXPORT_APPROVE):
        return rows
    if not reader.may(Right.EXPORT_ASK):
        raise PermissionDenied
    return rows.filter(asked_by=reader.user_id)


def _with_names(rows: QuerySet[Export]) -> list[Export]:
    found = list(rows)
    load_keys(
        {row.subject for row in found} | {one.subject for row in found for one in (row.asked_by, row.decided_by) if one}
    )
    return found


def approvers(reader: Membership) -> list[Membership]:
    """Everybody at work here, but oneself, who may approve."""
    others = Membership.objects.active().exclude(user=reader.user_id).select_related("user").order_by("pk")
    return [one for one in others if one.may(Right.EXPORT_APPROVE)]


def approvable_from(asker: Membership, *, by: Iterable[Membership]) -> datetime | None:
    """From when one of these may approve what this person asks for; None for nobody. Two queries.

    Both have had their right for seven days by then.
    """
    others = settling(by, Right.EXPORT_APPROVE).values()
    return max(min(others), settling([asker], Right.EXPORT_ASK)[asker.pk]) if others else None


def asker_of(export: Export) -> Membership | None:
    """The membership under which it was asked for, as it is now; None when it ended or lost the right."""
    found = _standing(user=export.asked_by_id)
    return found if found and found.may(Right.EXPORT_ASK) else None


def named_by(reader: Membership, selection: Selection, *, up_to: int | None = None):  # type: ignore[no-untyped-def]  # a CaseQuerySet
    """The cases that the reader may reach and the selection names, none newer than `up_to`; unordered.

    Decoys too: a list without them would tell which ones they are.
    """
    asked = {
        "campaign__slug": selection.campaign,
        "procedure": selection.procedure,
        "state": selection.state,
        "outcome_class": selection.outcome,
        "opened_on__gte": selection.opened_from,
        "opened_on__lte": selection.opened_to,
        "pk__lte": up_to,
    }
    rows = cases_of(reader).exclude(state=State.ERASED)
    return rows.filter(**{name: value for name, value in asked.items() if value not in {"", None}})


def count_and_newest(reader: Membership, selection: Selection) -> tuple[int, int]:
    """How many cases the selection names now, and the id of the newest of them (0 for none)."""
    rows = named_by(reader, selection)
    return rows.count(), rows.aggregate(newest=Max("pk"))["newest"] or 0


def count_now(export: Export) -> int:
    """How many cases the request names now; none when who asked may not ask any more."""
    asker = asker_of(export)
    if asker is None:
        return 0
    return int(named_by(asker, exports.read(export.filter), up_to=export.up_to).count())


def chunks_of(export: Export, asker: Membership) -> Iterator[list[Case]]:
    """The cases of a request, oldest first, two hundred at a time with their people's keys: four queries a chunk."""
    rows = named_by(asker, exports.read(export.filter), up_to=export.up_to).with_people().order_by("pk")
    after = 0
    while True:
        cases = list(rows.filter(pk__gt=after)[: exports.CHUNK])
        if not cases:
            return
        load_people(cases)
        yield cases
        after = cases[-1].pk


def campaigns_here() -> list[Campaign]:
    """Every campaign of the association in scope, the newest first, closed ones too."""
    return list(Campaign.objects.order_by("-opens_on", "-pk"))


def is_standing(membership: Membership, *, right: Right) -> bool:
    """Asked of the database once more: does this membership stand now, with this right?"""
    fresh = _standing(pk=membership.pk)
    return fresh is not None and fresh.may(right)


def _standing(**who: Any) -> Membership | None:
    rows = Membership.objects.active().filter(user__is_active=True, association__is_active=True)
    found: Membership | None = rows.select_related("association", "user").filter(**who).first()
    return found
