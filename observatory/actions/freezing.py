"""Freezing: from tallies to pseudonymous events, once per person, campaign and kind."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db import transaction
from django.db.models import Max, Q

from accounts import scope
from accounts.access import associations_at_work
from cases import tallies
from observatory.actions.settling import settle
from observatory.models import CountedPerson, StatEvent, StatPlan
from observatory.rules.profiles import Profile, profile_for

log = logging.getLogger(__name__)
CHUNK = 500


class PastDay(ValueError):
    """The campaign is frozen up to a later day: what was confirmed since would be taken for withdrawn."""

    def __init__(self, until: date) -> None:
        super().__init__(f"Events are frozen up to {until} already.")
        self.until = until


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeReport:
    """`removed`: events of persons who withdrew before a release; `failed`: associations set aside."""

    frozen: int = 0
    removed: int = 0
    failed: int = 0

    def plus(self, other: "FreezeReport") -> "FreezeReport":
        return FreezeReport(
            frozen=self.frozen + other.frozen,
            removed=self.removed + other.removed,
            failed=self.failed + other.failed,
        )


def freeze(*, today: date) -> FreezeReport:
    """Bring the events of every association up to date. A second run of the day changes nothing."""
    report = FreezeReport()
    for association_id in associations_at_work():
        report = report.plus(_freeze_association(association_id, today=today))
    return report


def refuse_past(*, today: date) -> None:
    """Raises PastDay when an association at work is frozen up to a later day."""
    for association_id in associations_at_work():
        with scope.enter(association_id):
            until = StatPlan.objects.aggregate(until=Max("events_until"))["until"]
        if until and today < until:
            raise PastDay(until)


def _freeze_association(association_id: int, *, today: date) -> FreezeReport:
    try:
        with scope.enter(association_id):
            reports = [freeze_campaign(campaign, today=today) for campaign in tallies.campaigns()]
    except Exception as error:  # noqa: BLE001  one association's trouble must not stop the others' night
        log.error("freeze set aside association %s: %s", association_id, type(error).__name__)  # noqa: TRY400  a traceback would carry rows
        return FreezeReport(failed=1)
    return sum_of(reports)


def sum_of(reports: Iterable[FreezeReport]) -> FreezeReport:
    whole = FreezeReport()
    for report in reports:
        whole = whole.plus(report)
    return whole


@transaction.atomic
def plan_for(campaign: tallies.CampaignTally) -> StatPlan:
    """The campaign's plan, following what it declares until the first measure; then it stays as it is."""
    declared = {
        "title": campaign.title,
        "profile": profile_for(campaign.declared_size).value,
        "horizon_days": campaign.horizon_days,
        "declared_size": campaign.declared_size,
    }
    plan: StatPlan
    plan, _ = StatPlan.objects.get_or_create(
        campaign_id=campaign.id, defaults=declared | {"association_id": scope.required()}
    )
    StatPlan.objects.unmeasured().filter(pk=plan.pk).exclude(**declared).update(**declared)
    plan.refresh_from_db()
    return plan


@transaction.atomic
def freeze_campaign(campaign: tallies.CampaignTally, *, today: date) -> FreezeReport:
    """In the association in scope. A campaign that only appears in pooled tables is not frozen: nothing would count it.

    An event keeps the codes of its first freeze. Whoever is no longer handed over has withdrawn or was erased.
    Raises PastDay.
    """
    plan = plan_for(campaign)
    if plan.profile == Profile.POOLED:
        return FreezeReport()
    if plan.events_until and today < plan.events_until:
        raise PastDay(plan.events_until)
    events = StatEvent.objects.of_campaign(plan.campaign_id)
    before = events.count()
    for chunk in _chunks(tallies.to_freeze(plan.campaign_id, today=today)):
        _write(chunk, plan=plan, today=today)
    frozen = events.count() - before
    removed, _ = events.filter(confirmed_on__lt=today).delete()
    StatPlan.objects.filter(pk=plan.pk).filter(Q(events_until=None) | Q(events_until__lt=today)).update(
        events_until=today
    )
    settle(plan)
    return FreezeReport(frozen=frozen, removed=removed)


def _chunks(rows: Iterator[tallies.Tally]) -> Iterator[list[tallies.Tally]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _write(chunk: list[tallies.Tally], *, plan: StatPlan, today: date) -> None:
    counted = set(
        CountedPerson.objects.of_campaign(plan.campaign_id)
        .filter(person_key__in={tally.person_key for tally in chunk})
        .values_list("person_key", "kind")
    )
    StatEvent.objects.bulk_create(
        [_event(tally, plan=plan, today=today) for tally in chunk if (tally.person_key, tally.kind) not in counted],
        update_conflicts=True,
        unique_fields=["association", "campaign_id", "person_key", "kind"],
        update_fields=["confirmed_on"],
    )


def _event(tally: tallies.Tally, *, plan: StatPlan, today: date) -> StatEvent:
    return StatEvent(
        association_id=plan.association_id,
        campaign_id=plan.campaign_id,
        person_key=tally.person_key,
        kind=tally.kind,
        month=tally.month.replace(day=1),
        procedure=tally.procedure,
        channel=tally.channel,
        region=tally.region,
        outcome5=tally.outcome5,
        delay_class=tally.delay_class,
        deadline_respected=tally.deadline_respected,
        confirmed_on=today,
    )
