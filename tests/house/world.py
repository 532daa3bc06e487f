"""Two associations at work, everybody who may knock, and the ids that stand in an address."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from accounts import actions, scope
from accounts.models import Association, Membership, User
from accounts.rules.roles import Role
from cases.actions import assign, sweep
from cases.models import Case, Deadline
from observatory.access import published_file
from tests import factories
from tests.people import HouseClient, signed_in, signed_in_by_code

ROLES = {
    "no factor": Role.VOLUNTEER,
    "volunteer": Role.VOLUNTEER,
    "not assigned": Role.VOLUNTEER,
    "reception": Role.RECEPTION,
    "referent": Role.REFERENT,
    "coordinator": Role.COORDINATOR,
    "delegate": Role.DATA_DELEGATE,
    "ex-volunteer": Role.VOLUNTEER,
}


def addresses(
    resolver: URLResolver | None = None, *, space: str = "", above: frozenset[str] = frozenset()
) -> Iterator[tuple[str, frozenset[str]]]:
    """("desk:case", {"reference"}) of every address: its name and the names of its places."""
    for entry in (resolver or get_resolver()).url_patterns:
        places = above | entry.pattern.converters.keys()
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from addresses(entry, space=inner, above=places)
        else:
            yield f"{space}{entry.name or entry.pattern}", places


@dataclass(frozen=True, slots=True)
class Side:
    """One association: its team, and a member with a case; `parts` fill the places of an address with its ids."""

    association: Association
    team: dict[str, Membership]
    case: Case
    member: User
    parts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class World:
    """At home a volunteer follows the case of `member`; only who is responsible for all cases sees it too."""

    home: Side
    second_case: Case
    second: User
    stranger: Membership

    def browser_of(self, person: str) -> Client:
        match person:
            case "nobody":
                return HouseClient()
            case "member":
                return signed_in_by_code(self.home.member, association=self.home.association)
            case "not my case":
                return signed_in_by_code(self.second, association=self.home.association)
            case "stranger":
                return signed_in(self.stranger.user, association=self.stranger.association)
            case _:
                user = self.home.team[person].user
                return signed_in(user, factor=person != "no factor", association=self.home.association)

    def association_of(self, person: str) -> int:
        """The one that this person's own forms are rendered for."""
        return self.stranger.association_id if person == "stranger" else self.home.association.pk

    def address(self, name: str, places: frozenset[str]) -> str:
        """With the home's own ids in its places; a name of its own («desk:answer.pk») goes before a shared one."""
        parts = self.home.parts
        return reverse(name, kwargs={place: parts.get(f"{name}.{place}", parts.get(place)) for place in places})


def make_world(home: Association, stranger: Membership, *, today: date, at: datetime) -> World:
    home.team_sees_all = False
    home.save(update_fields=["team_sees_all"])
    team = {name: factories.make_membership(home, role, at=at) for name, role in ROLES.items()}
    by = team["volunteer"].user
    campaign = factories.make_campaign(home, today=today)
    case, second = (factories.make_case(campaign, by=by, today=today, at=at, sent=60) for _ in range(2))
    with scope.enter(home.pk):
        case = assign(case, to=by, today=today, at=at, by=by)
        second = assign(second, to=team["coordinator"].user, today=today, at=at, by=by)
        actions.revoke_membership(team["ex-volunteer"], at=at)
    sweep(today=today, at=at)
    parts = _parts(case, team=team, today=today, at=at)
    return World(
        home=Side(association=home, team=team, case=case, member=_user_of(case), parts=parts),
        second_case=second,
        second=_user_of(second),
        stranger=stranger,
    )


def _user_of(case: Case) -> User:
    with scope.enter(case.association_id):
        user = case.member.user
    assert user
    return user


def _parts(case: Case, *, team: dict[str, Membership], today: date, at: datetime) -> dict[str, Any]:
    volunteer, coordinator, delegate = (team[name] for name in ("volunteer", "coordinator", "delegate"))
    justificatif = factories.make_justificatif(case, by=volunteer.user, today=today, at=at)
    release = factories.make_release(case.campaign, by=coordinator.user, reviewed_by=delegate.user, today=today, at=at)
    invitation, token = factories.make_invitation(case.association, by=coordinator.user, at=at)
    with scope.enter(case.association_id):
        missed = Deadline.objects.missed().filter(case=case).get()
        file = published_file(release.slug)
    assert file
    return {
        "reference": case.reference,
        "pk": justificatif.pk,
        "desk:answer.pk": missed.pk,
        "name": file.name,
        "slug": release.slug,
        "token": token,
        "desk:invitation_again.pk": invitation.pk,
        "desk:invitation_revoke.pk": invitation.pk,
        "desk:member_roles.pk": volunteer.pk,
        "desk:member_revoke.pk": volunteer.pk,
        "plan": release.plan_id,
        "table": "S2",
        "period": release.period,
        "key": factories.OPPOSITION,
        "channel": "phone",
        "number": 1,
    }
