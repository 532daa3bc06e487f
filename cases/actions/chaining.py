"""Hash-chain the events of each case. Run by the tick: writing an event then takes no lock for it."""

from django.db import transaction
from django.db.models import Max

from cases.models import CaseEvent
from cases.rules.chain import Link, hash_of

_BATCH = 2000


@transaction.atomic
def chain_events() -> int:
    """Chain up to 2,000 events of the association in scope; returns how many. Four queries."""
    waiting = list(CaseEvent.objects.all().unchained().select_for_update(of=("self",))[:_BATCH])
    last = _last_hashes({event.case_id for event in waiting})
    hashes: dict[int, str] = {}
    for event in waiting:
        hashes[event.pk] = last[event.case_id] = hash_of(link_of(event), previous=last.get(event.case_id, ""))
    return CaseEvent.objects.all().set_hashes(hashes)


def _last_hashes(case_ids: set[int]) -> dict[int, str]:
    """Where each case's chain stands."""
    chained = CaseEvent.objects.filter(case__in=case_ids).exclude(hash="").order_by().values("case_id")
    newest = chained.annotate(newest=Max("pk")).values("newest")
    return dict(CaseEvent.objects.filter(pk__in=newest).order_by("pk").values_list("case_id", "hash"))


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
