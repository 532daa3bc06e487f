"""What is measured upon: one large association with every state of a case, settled as a night leaves it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from accounts import actions as accounts
from accounts import scope
from accounts.models import Association, Membership, User
from accounts.rules.roles import Role
from bench.measure import nothing
from cases import actions
from cases.actions import CasePlan, NewBeneficiary, NewMember
from cases.models import BeneficiaryKind, Campaign, ConsentKind
from web.demo import stories

_CHUNK = 1000
_HANDS = 3
_PASSWORD = "une phrase de passe longue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """`volunteer` has a quarter of the cases at hand, as have two colleagues and nobody.

    `tidy` belongs between two samples that write.
    """

    association: Association
    campaign: Campaign
    volunteer: Membership
    cast: stories.Cast
    rows: int
    today: date
    at: datetime
    tidy: Callable[[], None] = nothing

    @property
    def user(self) -> User:
        return self.volunteer.user


def prepare(*, rows: int, at: datetime, tidy: Callable[[], None] = nothing, seed: int = 1) -> Ground:
    """Write `rows` cases and, in a second association, a tenth as many; run the night of two days ago."""
    ground = settle("Banc d’essai", slug="banc", rows=rows, at=at, dice=Random(seed))  # noqa: S311  the same rows for the same seed
    settle("Association voisine", slug="voisine", rows=max(1, rows // 10), at=at, dice=Random(seed + 1))  # noqa: S311  the same
    actions.sweep(today=ground.today - timedelta(days=1), at=at - timedelta(days=1))
    tidy()
    return replace(ground, tidy=tidy)


def settle(name: str, *, slug: str, rows: int, at: datetime, dice: Random) -> Ground:
    today = at.date()
    association = accounts.create_association(name, slug=slug)
    with scope.enter(association.pk):
        team = [_volunteer(association, f"{slug}{number}", at=at) for number in range(_HANDS)]
        campaign = actions.create_campaign(
            association.pk,
            title="Opposition et clôture",
            slug="campagne",
            procedures=[stories.OPPOSITION, stories.CHILD, stories.CLOSURE],
            opens_on=today - timedelta(days=300),
            declared_size=rows,
        )
    cast = stories.Cast(today=today, dice=dice, hands=[*(one.user for one in team), None])
    ground = Ground(
        association=association, campaign=campaign, volunteer=team[0], cast=cast, rows=rows, today=today, at=at
    )
    for start in range(0, rows, _CHUNK):
        with scope.enter(association.pk):
            _write(ground, start=start, number=min(_CHUNK, rows - start))
    return ground


def _volunteer(association: Association, key: str, *, at: datetime) -> Membership:
    user = accounts.create_user(email=f"{key}@bench.invalid", name=f"Bénévole {key}", password=_PASSWORD)
    return accounts.join(association.pk, user=user, roles=[Role.VOLUNTEER], at=at)


def _write(ground: Ground, *, start: int, number: int) -> None:
    told = list(plans(ground, start=start, number=number))
    actions.create_cases(ground.campaign, told, by=ground.user, today=ground.today, below=ground.cast.dice.randrange)


def plans(ground: Ground, *, start: int, number: int, key: str = "") -> Iterator[CasePlan]:
    """Cases of new people, told as the demo tells its own: two open ones, then a closed one. Another `key`, others."""
    for place in range(start, start + number):
        yield plan(ground, f"{ground.association.slug}{key}{place}", place=place)


def plan(ground: Ground, household: str, *, place: int) -> CasePlan:
    cast = ground.cast
    told = (
        stories.closed(cast, stories.CLOSURE, "deleted_proven")
        if place % 3 == 2
        else stories.OPEN_STORIES[place % len(stories.OPEN_STORIES)](cast)
    )
    words = {"consents": (ConsentKind.HANDLING,)} | told
    return CasePlan(
        household=household,
        member=NewMember(
            first_name="Camille",
            last_name=f"Banc {place}",
            email=f"{household}@bench.invalid" if place % 7 != 3 else "",
            phone="01 99 00 12 34" if place % 2 else "",
            region=cast.dice.choice(stories.REGIONS),
        ),
        beneficiary=NewBeneficiary(kind=BeneficiaryKind.SELF),
        note="Préfère être appelé après 18 h." if place % 5 == 0 else "",
        assigned_to=cast.hands[place // 3 % len(cast.hands)],
        **words,  # type: ignore[arg-type]  # the stories' keywords are the plan's
    )
