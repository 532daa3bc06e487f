"""Counts without identity: the only thing that the observatory may read. A person is here a keyed hash per campaign."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from accounts import crypto
from accounts.fields import load_keys, root_key
from cases.models import Campaign, Case, ConsentKind
from cases.rules.lifecycle import State

DELAY_CLASSES = ((7, "0-7"), (14, "8-14"), (30, "15-30"), (60, "31-60"), (90, "61-90"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignTally:
    id: int
    title: str
    declared_size: int
    horizon_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """`month` is its first day. "" stands for unknown or not applicable."""

    person_key: str
    campaign_id: int
    kind: Literal["ouverture", "bilan"]
    month: date
    procedure: str
    channel: str
    region: str
    outcome5: str
    delay_class: str
    deadline_respected: bool | None


def campaigns() -> list[CampaignTally]:
    """The campaigns of the association in scope."""
    return [
        CampaignTally(id=row.pk, title=row.title, declared_size=row.declared_size, horizon_days=row.horizon_days)
        for row in Campaign.objects.order_by("pk")
    ]


def to_freeze(campaign_id: int, *, today: date) -> Iterator[Tally]:
    """`ouverture` of each consenting person, `bilan` once the horizon passed; the first case of each person counts.

    A case that was converted is told by the outcome of the case that follows it.
    """
    campaign = Campaign.objects.get(pk=campaign_id)
    secret = crypto.derive(root_key(campaign.association_id), f"statistics:{campaign.pk}")
    cases = _consenting_cases(campaign)
    following = {case.follows_id: case for case in cases if case.follows_id}
    counted: set[int] = set()
    for case in cases:
        if case.beneficiary_id in counted:
            continue
        counted.add(case.beneficiary_id)
        person_key = crypto.mac(secret, str(case.beneficiary_id))
        yield _opening(case, person_key)
        settled_on = case.opened_on + timedelta(days=campaign.horizon_days)
        if settled_on <= today:
            yield _balance(_last_of(case, following), person_key, opened_on=case.opened_on, settled_on=settled_on)


def _last_of(case: Case, following: dict[int, Case]) -> Case:
    while case.pk in following:
        case = following[case.pk]
    return case


def _consenting_cases(campaign: Campaign) -> list[Case]:
    consenting = (
        Case.objects.all()
        .real()
        .exclude(state=State.ERASED)
        .filter(
            campaign=campaign,
            beneficiary__consents__kind=ConsentKind.STATISTICS,
            beneficiary__consents__withdrawn_on=None,
        )
    )
    cases = list(consenting.select_related("member").prefetch_related("deadlines").order_by("opened_on", "pk"))
    load_keys(case.member.subject for case in cases)
    return cases


def _opening(case: Case, person_key: str) -> Tally:
    return Tally(
        person_key=person_key,
        campaign_id=case.campaign_id,
        kind="ouverture",
        month=case.opened_on.replace(day=1),
        procedure=case.procedure,
        channel=case.channel,
        region=case.member.region,
        outcome5="",
        delay_class="",
        deadline_respected=None,
    )


def _balance(case: Case, person_key: str, *, opened_on: date, settled_on: date) -> Tally:
    ended = case.closed_on is not None and case.closed_on <= settled_on
    return Tally(
        person_key=person_key,
        campaign_id=case.campaign_id,
        kind="bilan",
        month=settled_on.replace(day=1),
        procedure=case.procedure,
        channel=case.channel,
        region=case.member.region,
        outcome5=case.outcome_class if ended else "unanswered",
        delay_class=_delay_class((case.closed_on - opened_on).days) if ended and case.closed_on else "",
        deadline_respected=_respected(case, settled_on=settled_on),
    )


def _respected(case: Case, *, settled_on: date) -> bool | None:
    """Was every deadline that bound the addressee, and ended by that day, kept? None when none had ended."""
    rows = [row for row in case.deadlines.all() if row.bound == "addressee" and row.due and not row.void_on]
    ended = [row for row in rows if row.met_on or (row.due and row.due < settled_on)]
    if not ended:
        return None
    return all(row.met_on is not None and row.due is not None and row.met_on <= row.due for row in ended)


def _delay_class(days: int) -> str:
    return next((label for bound, label in DELAY_CLASSES if days <= bound), "91+")
