from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts import scope
from accounts.models import Membership
from cases import actions
from cases.actions import NewBeneficiary, NewFact, NewMember
from cases.models import BeneficiaryKind, Campaign, Case, ConsentKind
from tests.factories import plant

OPPOSITION = "mon-espace-sante/opposition"
CLOSURE = "mon-espace-sante/cloture"
CHILD = "mon-espace-sante/opposition-enfant"

OpenOne = Callable[..., Case]


@pytest.fixture
def in_scope(volunteer: Membership) -> Iterator[Membership]:
    """A volunteer at work: their association is in scope."""
    with scope.enter(volunteer.association_id):
        yield volunteer


@pytest.fixture
def campaign(in_scope: Membership, today: date) -> Campaign:
    return make_campaign(in_scope.association_id, today=today)


def make_campaign(association_id: int, *, today: date) -> Campaign:
    return actions.create_campaign(
        association_id,
        title="Campagne de démonstration",
        slug="demo",
        procedures=[OPPOSITION, CHILD, CLOSURE],
        opens_on=today - timedelta(days=300),
    )


@pytest.fixture
def open_one(campaign: Campaign, in_scope: Membership, today: date, now: datetime) -> OpenOne:
    """`open_one(sent=41, consents=[...], email="...")`: a case for oneself from a letter sent so many days ago."""

    def opened(
        *, sent: int | None = 41, procedure: str = OPPOSITION, email: str = "", consents: Any = None, **rest: Any
    ) -> Case:
        letter = (
            [NewFact(kind="sent", earliest=today - timedelta(days=sent), known_by="postmark")]
            if sent is not None
            else []
        )
        return actions.open_case(
            campaign,
            procedure=procedure,
            member=NewMember(
                first_name=plant("cases.Member.first_name"), last_name=plant("cases.Member.last_name"), email=email
            ),
            beneficiary=rest.pop("beneficiary", NewBeneficiary(kind=BeneficiaryKind.SELF)),
            facts=rest.pop("facts", letter),
            consents=[ConsentKind.HANDLING] if consents is None else consents,
            **{"today": today, "at": now, "by": in_scope.user, **rest},
        )

    return opened
