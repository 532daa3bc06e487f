"""The association of a run, and its cases whose day passed. Imported once Django is set up."""

from datetime import date, timedelta

from django.utils import timezone

from accounts import scope
from accounts.actions import create_association, set_send_window
from accounts.models import Association, User
from accounts.rules.roles import Role
from cases import actions
from cases.actions import CasePlan, NewBeneficiary, NewFact, NewMember
from cases.models import BeneficiaryKind, Campaign
from tests.factories import OPPOSITION, make_campaign, make_membership

SLUG = "chaos"


def found() -> None:
    """The association, whose mails leave at any hour, and its campaign."""
    association = create_association("Chaos", slug=SLUG)
    by = make_membership(association, Role.COORDINATOR).user
    with scope.enter(association.pk):
        set_send_window(association, opens=0, closes=24, weekdays=range(7), by=by, at=timezone.now())
    make_campaign(association, today=timezone.localdate())


def write(first: int, cases: int) -> None:
    """So many cases whose day passed and nobody flagged, numbered from `first`."""
    today = timezone.localdate()
    with scope.enter(Association.objects.get(slug=SLUG).pk):
        plans = [missed(place, today=today) for place in range(first, first + cases)]
        actions.create_cases(Campaign.objects.get(), plans, by=User.objects.earliest("pk"), today=today)


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
