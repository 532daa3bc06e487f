"""Hash-chain the events of each case. Run by the tick: writing an event then takes no lock for it.

An event may be committed after one with a bigger id was chained: it then takes the next place, not the one before.
"""

from django.db import transaction
from django.db.models import OuterRef, Subquery

from cases.models import Case, CaseEvent
from cases.rules.chain import Link, hash_of

_BATCH = 2000


@transaction.atomic
def chain_events() -> int:
    """Chain up to 2,000 events of the association in scope; returns how many. Three queries."""
    waiting = list(CaseEvent.objects.all().unchained().select_for_update(of=("self",))[:_BATCH])
    last = _last_links({event.case_id for event in waiting})
    chained: dict[int, tuple[int, str]] = {}
    for event in waiting:
        place, previous = last.get(event.case_id, (0, ""))
        chained[event.pk] = last[event.case_id] = (place + 1, hash_of(link_of(event), previous=previous))
    return CaseEvent.objects.all().set_hashes(chained)


def _last_links(case_ids: set[int]) -> dict[int, tuple[int, str]]:
    """Where each case's chain stands: the last place and its hash."""
    last = CaseEvent.objects.filter(case=OuterRef("pk"), place__isnull=False).order_by("-place").values("pk")[:1]
    ends = Case.objects.filter(pk__in=case_ids).order_by().values(end=Subquery(last))
    rows = CaseEvent.objects.filter(pk__in=ends).order_by("pk").values_list("case_id", "place", "hash")
    return {case_id: (place or 0, hash_) for case_id, place, hash_ in rows}


def link_of(event: CaseEvent) -> Link:
    return Link(
        case_id=event.case_id,
        event_id=event.pk,
        kind=event.kind,
        at=event.at.isoformat(),
        by=str(event.by_id or ""),
        payload=event.payload,
        hash=event.hash,
    )
