"""Hash-chain the events of each case. Run by the tick: writing an event then takes no lock for it."""

from itertools import groupby

from django.db import transaction

from cases.models import CaseEvent
from cases.rules.chain import Link, hash_of

_BATCH = 2000


@transaction.atomic
def chain_events() -> int:
    """Chain up to 2,000 events of the association in scope; returns how many."""
    waiting = list(CaseEvent.objects.all().unchained().select_for_update(of=("self",))[:_BATCH])  # type: ignore[attr-defined]  # manager made from a queryset
    done = 0
    for case_id, events in groupby(waiting, key=lambda event: event.case_id):
        before = CaseEvent.objects.filter(case_id=case_id).exclude(hash="").order_by("-pk").first()
        previous = before.hash if before else ""
        for event in events:
            previous = hash_of(link_of(event), previous=previous)
            done += CaseEvent.objects.all().set_hash(event.pk, previous)
    return done


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
