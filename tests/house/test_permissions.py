"""Every address stands in the permission table, and each person gets what the table says: no 500, no oracle."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts import scope
from accounts.models import Association, Membership, User
from tests import factories
from tests.house.permissions import PEOPLE, TABLE
from tests.people import HouseClient, signed_in, signed_in_by_code


def addresses(resolver: URLResolver | None = None, *, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """("desk:case", its pattern) of every address."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from addresses(entry, space=inner)
        else:
            yield f"{space}{entry.name or entry.pattern}", entry


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

    def address(self, name: str, pattern: URLPattern) -> str:
        """With the world's own ids in its places, whatever they are called."""
        wanted = pattern.pattern.converters
        return reverse(name, kwargs={key: self.parts.get(f"{name}.{key}", self.parts.get(key)) for key in wanted})


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
    case, other = (factories.make_case(campaign, by=volunteer.user, today=today, at=now) for _ in range(2))
    justificatif = factories.make_justificatif(case, by=volunteer.user, today=today, at=now)
    release = factories.make_release(campaign, by=coordinator.user, reviewed_by=delegate.user, today=today, at=now)
    _, token = factories.make_invitation(association, by=coordinator.user, at=now)
    with scope.enter(association.pk):
        case_of, not_my_case = case.member.user, other.member.user
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
            "slug": release.slug,
            "token": token,
            "key": factories.OPPOSITION,
            "channel": "phone",
            "number": 1,
        },
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("person", PEOPLE)
def test_a_person_gets_what_the_table_says(world: World, person: str) -> None:
    column = PEOPLE.index(person)

    got = {
        name: world.browser_of(person).get(world.address(name, pattern)).status_code for name, pattern in addresses()
    }

    expected = {name: int(TABLE[name].split()[column]) for name in got}
    assert {name: status for name, status in got.items() if status != expected[name]} == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("person", ["nobody", "not my case", "no factor", "stranger"])
def test_nobody_else_can_post_to_a_case(world: World, person: str) -> None:
    """No status tells an outsider whether the case exists, and no form of theirs is read."""
    posted = {
        name: world.browser_of(person).post(world.address(name, pattern), {"token": "x"}).status_code
        for name, pattern in addresses()
        if "reference" in pattern.pattern.converters
    }

    assert {name: status for name, status in posted.items() if status not in {302, 403, 404, 405}} == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_another_case_and_no_case_look_alike(world: World) -> None:
    """An oracle: whoever guesses a reference must not learn that it is taken."""
    for name, pattern in addresses():
        if "reference" not in pattern.pattern.converters:
            continue
        taken = world.address(name, pattern)
        free = taken.replace(world.parts["reference"], "BABA-BABA-9")
        for person in ("not my case", "stranger"):
            browser = world.browser_of(person)
            assert browser.get(taken).status_code == browser.get(free).status_code, f"{name} tells {person}"
