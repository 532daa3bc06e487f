"""Every address stands in the permission table, and each person gets what the table says: no 500, no oracle."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from accounts import scope
from accounts.models import Association, Membership, User
from cases.actions import sweep
from cases.models import Deadline
from cases.rules import references
from observatory.access import published_file
from tests import factories
from tests.house.permissions import PEOPLE, TABLE
from tests.people import HouseClient, signed_in, signed_in_by_code


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


def test_every_address_stands_in_the_table() -> None:
    names = [name for name, _ in addresses()]

    assert set(names) - TABLE.keys() == set(), "add these to tests/house/permissions.py"
    assert TABLE.keys() - set(names) == set(), "these addresses are gone"
    assert len(names) == len(set(names))


def test_every_row_names_a_status_for_everybody() -> None:
    assert [name for name, row in TABLE.items() if len(row.split()) != len(PEOPLE)] == []


@dataclass(frozen=True, slots=True)
class World:
    """One association at work with one case, one justificatif and one release; what its addresses are built from."""

    association: Association
    case_of: User
    not_my_case: User
    volunteer: Membership
    coordinator: Membership
    stranger: Membership
    parts: dict[str, Any]

    def browser_of(self, person: str) -> Client:
        match person:
            case "nobody":
                return HouseClient()
            case "member":
                return signed_in_by_code(self.case_of, association=self.association)
            case "not my case":
                return signed_in_by_code(self.not_my_case, association=self.association)
            case "no factor":
                return signed_in(self.volunteer.user, factor=False)
            case _:
                membership: Membership = getattr(self, person)
                return signed_in(membership.user, association=membership.association)

    def address(self, name: str, places: frozenset[str]) -> str:
        """With the world's own ids in its places."""
        return reverse(
            name, kwargs={place: self.parts.get(f"{name}.{place}", self.parts.get(place)) for place in places}
        )


@pytest.fixture
def world(
    association: Association,
    volunteer: Membership,
    coordinator: Membership,
    delegate: Membership,
    stranger: Membership,
    today: date,
    now: datetime,
) -> World:
    campaign = factories.make_campaign(association, today=today)
    case, other = (factories.make_case(campaign, by=volunteer.user, today=today, at=now, sent=60) for _ in range(2))
    sweep(today=today, at=now)
    justificatif = factories.make_justificatif(case, by=volunteer.user, today=today, at=now)
    release = factories.make_release(campaign, by=coordinator.user, reviewed_by=delegate.user, today=today, at=now)
    _, token = factories.make_invitation(association, by=coordinator.user, at=now)
    with scope.enter(association.pk):
        case_of, not_my_case = case.member.user, other.member.user
        missed = Deadline.objects.missed().filter(case=case).get()
        file = published_file(release.slug)
    assert file
    assert case_of
    assert not_my_case
    return World(
        association=association,
        case_of=case_of,
        not_my_case=not_my_case,
        volunteer=volunteer,
        coordinator=coordinator,
        stranger=stranger,
        parts={
            "reference": case.reference,
            "pk": justificatif.pk,
            "desk:answer.pk": missed.pk,
            "name": file.name,
            "slug": release.slug,
            "token": token,
            "desk:member_roles.pk": volunteer.pk,
            "desk:member_revoke.pk": volunteer.pk,
            "plan": release.plan_id,
            "table": "S2",
            "period": release.period,
            "key": factories.OPPOSITION,
            "channel": "phone",
            "number": 1,
        },
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("person", PEOPLE)
def test_a_person_gets_what_the_table_says(world: World, person: str) -> None:
    column, browser = PEOPLE.index(person), world.browser_of(person)

    got = {name: browser.get(world.address(name, places)).status_code for name, places in addresses()}

    expected = {name: int(TABLE[name].split()[column]) for name in got}
    assert {name: status for name, status in got.items() if status != expected[name]} == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("person", ["nobody", "not my case", "no factor", "stranger"])
def test_nobody_else_can_post_to_a_case(world: World, person: str) -> None:
    """No status tells an outsider whether the case exists, and no form of theirs is read."""
    form = {"association": str(world.stranger.association_id)}  # rendered on the stranger's own desk
    browser = world.browser_of(person)
    posted = {
        name: browser.post(world.address(name, places), form).status_code
        for name, places in addresses()
        if "reference" in places
    }

    assert {name: status for name, status in posted.items() if status not in {302, 403, 404, 405}} == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_a_form_of_another_association_is_a_conflict(world: World) -> None:
    """Somebody at work in two associations chose the other one in a second tab."""
    form = {"association": str(world.stranger.association_id)}
    browser = world.browser_of("volunteer")
    for name, places in addresses():
        if name.startswith("desk:") and "reference" in places:
            assert browser.post(world.address(name, places), form).status_code in {405, 409}, name


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_another_case_and_no_case_look_alike(world: World) -> None:
    """An oracle: whoever guesses a reference must not learn that it is taken."""
    browsers = {person: world.browser_of(person) for person in ("not my case", "stranger")}
    for name, places in addresses():
        if "reference" not in places:
            continue
        taken = world.address(name, places)
        free = taken.replace(world.parts["reference"], references.make(secrets.randbelow))
        for person, browser in browsers.items():
            assert browser.get(taken).status_code == browser.get(free).status_code, f"{name} tells {person}"
