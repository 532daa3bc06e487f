"""Deleting events that no table will count any more."""

from datetime import date

from django.db import transaction

from observatory.models import CountedPerson, Release, StatEvent, StatPlan
from observatory.rules.periods import Period
from observatory.rules.profiles import Profile, tables_of
from observatory.rules.tables import Kind

CHUNK = 500


@transaction.atomic
def settle(plan: StatPlan) -> int:
    """Delete the events whose tables are all published or rejected; a mark keeps each person from a second count."""
    events = StatEvent.objects.of_campaign(plan.campaign_id)
    ended = set(Release.objects.ended().filter(plan=plan).values_list("table", "period"))
    months = events.order_by("kind", "month").values_list("kind", "month").distinct() if ended else ()
    return sum(
        _settle_month(plan, kind=kind, month=month)
        for kind, month in list(months)
        if _tables_that_count(plan, kind=Kind(kind), month=month) <= ended
    )


def _tables_that_count(plan: StatPlan, *, kind: Kind, month: date) -> set[tuple[str, str]]:
    """(table, period) of each table of the profile that an event of this month belongs to."""
    return {
        (table.key, Period.around(month, every=table.every).key)
        for table in tables_of(Profile(plan.profile))
        if table.kind is kind and StatEvent.carries(table)
    }


def _settle_month(plan: StatPlan, *, kind: str, month: date) -> int:
    events = StatEvent.objects.of_campaign(plan.campaign_id).filter(kind=kind, month=month)
    keys = events.values_list("person_key", flat=True).order_by()
    marks = (
        CountedPerson(association_id=plan.association_id, campaign_id=plan.campaign_id, person_key=key, kind=kind)
        for key in keys.iterator(chunk_size=CHUNK)
    )
    CountedPerson.objects.bulk_create(marks, batch_size=CHUNK, ignore_conflicts=True)
    deleted, _ = events.delete()
    return deleted
