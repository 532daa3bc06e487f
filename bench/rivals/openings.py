"""Rival of opening in bulk: the same stories told case by case, through the actions that a volunteer's forms call."""

from collections.abc import Sequence
from datetime import datetime, time

from django.utils import timezone

from accounts.models import User
from cases import actions
from cases.actions import CasePlan
from cases.models import Campaign


def one_by_one(campaign: Campaign, plans: Sequence[CasePlan], *, by: User) -> None:
    for plan in plans:
        _tell(campaign, plan, by=by)


def _tell(campaign: Campaign, plan: CasePlan, *, by: User) -> None:
    at = datetime.combine(plan.opened_on, time(10), tzinfo=timezone.get_current_timezone())
    case = actions.open_case(
        campaign,
        procedure=plan.procedure,
        member=plan.member,
        beneficiary=plan.beneficiary,
        facts=plan.facts,
        consents=plan.consents,
        today=plan.opened_on,
        at=at,
        by=by,
    )
    for attempt in plan.attempts:
        case = actions.record_attempt(
            case,
            channel=attempt.channel,
            made_on=attempt.made_on,
            result=attempt.result,
            justificatif_asked=attempt.justificatif_asked,
            obstacle=attempt.obstacle,
            adviser_reference=attempt.adviser_reference,
            deletion_requested=attempt.deletion_requested,
            today=attempt.made_on,
            at=at,
            by=by,
        )
    if plan.note:
        last = max((plan.opened_on, *(attempt.made_on for attempt in plan.attempts)))
        actions.add_note(case, text=plan.note, today=last, at=at, by=by)
    if plan.closed_on:
        actions.close_case(case, outcome=plan.outcome, today=plan.closed_on, at=at, by=by)
