"""The association of a run, and its cases whose day passed. Imported once Django is set up."""

from datetime import date, timedelta

from django.utils import timezone

from accounts import scope
from accounts.actions import create_association, set_send_window
from accounts.models import Association
from accounts.rules.roles import Role
from cases import actions
from cases.actions import CasePlan, NewBeneficiary, NewFact, NewMember
from cases.models import BeneficiaryKind
from tests.factories import OPPOSITION, make_campaign, make_membership

SLUG = "chaos"


def write(cases: int) -> None:
    today = timezone.localdate()
    association = Association.objects.filter(slug=SLUG).first() or create_association("Chaos", slug=SLUG)
    by = make_membership(association, Role.COORDINATOR).user
    with scope.enter(association.pk):
        set_send_window(association, opens=0, closes=24, weekdays=range(7), by=by, at=timezone.now())
    if cases:
        campaign = make_campaign(association, today=today)
        with scope.enter(association.pk):
            actions.create_cases(campaign, [missed(place, today=today) for place in range(cases)], by=by, today=today)


def missed(place: int, *, today: date) -> CasePlan:
    """A member whose six weeks are over, and who has an address."""
    return CasePlan(
        household=f"c{place}",
        member=NewMember(first_name="Camille", last_name=f"Cas {place}", email=f"c{place}@chaos.invalid"),
        beneficiary=NewBeneficiary(kind=BeneficiaryKind.SELF),
        procedure=OPPOSITION,
        opened_on=today - timedelta(days=5),
        facts=[NewFact(kind="sent", earliest=today - timedelta(days=60), known_by="postmark")],
    )
