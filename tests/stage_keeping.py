"""Cases in the archive: one without an address and read, one unread, and one whose missed deadline nobody answered."""

from collections.abc import Callable
from datetime import datetime, timedelta

import cases.actions
from accounts.models import User
from cases.actions import NewBeneficiary, NewMember
from cases.models import BeneficiaryKind, Campaign, Case, PurgeCause, PurgeLine
from cases.rules.queue import Reason

LONG_OVER = timedelta(days=440)


def set_archive(campaign: Campaign, *, procedure: str, by: Callable[[str], User], at: datetime) -> dict[str, str | int]:
    """The sweep that follows archives and announces them. The references, by the names of the pictures."""
    told: dict[str, str | int] = {}

    def opened(address: str) -> Case:
        return cases.actions.open_case(
            campaign,
            procedure=procedure,
            member=NewMember(first_name="Odile", last_name="Démo", email=address),
            beneficiary=NewBeneficiary(kind=BeneficiaryKind.SELF),
            today=at.date(),
            at=at,
            by=by("benevole"),
        )

    for name, address in (("archived", ""), ("archived.unread", "archive@exemple.invalid")):
        case = opened(address)
        case = cases.actions.close_case(case, outcome="abandoned", today=at.date(), at=at, by=by("benevole"))
        Case.objects.filter(pk=case.pk).update(expected_until=at.date() - LONG_OVER)
        told[name] = case.reference
        if name == "archived":
            cases.actions.say_why(case, reason="Répondre à son courrier.", at=at, by=by("coordination"))
    Case.objects.filter(pk=opened("sans-reponse@exemple.invalid").pk).update(
        reason=Reason.MISSED, archived_on=at.date() - timedelta(days=5), expected_until=at.date() - timedelta(days=100)
    )
    for table, number in (("cases.Case", 2), ("cases.CaseEvent", 41)):
        PurgeLine.objects.create(
            association_id=campaign.association_id,
            purged_on=at.date() - timedelta(days=3),
            table=table,
            cause=PurgeCause.RETENTION,
            count=number,
        )
    return told
