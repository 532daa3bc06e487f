"""Every address stands in the permission table, and each person gets what it says, with every header: no 500."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from tests.house.headers import faults_of, is_private
from tests.house.permissions import BEARER, PEOPLE, TABLE
from tests.house.world import World, address, addresses
from tests.whole import WHOLE

METHODS = ("GET", "POST")
# What a view makes of another method does not depend on the role; on whether it is reached at all it does.
ALL_METHODS = (*METHODS, "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
ASK_EVERY_WAY = set(PEOPLE) if WHOLE else {"nobody", "member", "coordinator"}
WALLS = {302, 401, 403, 404, 409}


def test_every_address_stands_in_the_table() -> None:
    names = [name for name, _ in addresses()]

    assert set(names) - TABLE.keys() == set(), "add these to tests/house/permissions.py"
    assert TABLE.keys() - set(names) == set(), "these addresses are gone"
    assert len(names) == len(set(names))


def test_every_row_names_a_status_for_everybody() -> None:
    assert [name for name, rows in TABLE.items() if any(len(row.split()) != len(PEOPLE) for row in rows)] == []


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("person", PEOPLE)
def test_a_person_gets_what_the_table_says_with_every_header(world: World, person: str) -> None:
    column, asking, wrong = PEOPLE.index(person), Asking(world, person), []
    methods = ALL_METHODS if person in ASK_EVERY_WAY else METHODS
    for name, places in addresses():
        if name not in TABLE:
            continue
        get, post = (int(row.split()[column]) for row in TABLE[name])
        got = {method: asking.status(method, name, places) for method in methods}
        wrong += [
            f"{method} {name}: {status}, the table says GET {get}, POST {post}"
            for method, status in got.items()
            if not fits(method, status, get=get, post=post)
        ]

    assert wrong == []
    assert asking.faults == []


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_the_bearer_of_a_token_is_nobody_outside_the_api(world: World) -> None:
    asking = Asking(world, "bearer")
    got = {name: tuple(asking.status(method, name, places) for method in METHODS) for name, places in addresses()}

    nobody = {name: tuple(int(row.split()[0]) for row in rows) for name, rows in TABLE.items()}
    assert {name: status for name, status in got.items() if status != (nobody | BEARER).get(name)} == {}


def fits(method: str, status: int, *, get: int, post: int) -> bool:
    """Does the table allow this answer? What it does not say of a method follows from GET and POST."""
    wall = {get} & WALLS
    match method:
        case "GET" | "HEAD":
            return status == get
        case "POST":
            return status == post
        case "PUT":  # Django's form views read it like a POST, whose fields they do not find
            return status in {405, post} | wall
        case "OPTIONS":
            return status in {200, 405} | wall
        case _:
            return status in {405} | wall


class Asking:
    """One person's browser; whatever a request changed is undone after it. `faults`: of the answers' headers."""

    def __init__(self, world: World, person: str) -> None:
        self.world = world
        self.person = person
        self.faults: list[str] = []
        self.form = {"association": str(world.side_of(person).association.pk)}
        self.browser: Client = world.browser_of(person)
        self.browser.raise_request_exception = False
        self.cookies = {name: morsel.value for name, morsel in self.browser.cookies.items()}

    def status(self, method: str, name: str, places: frozenset[str]) -> int:
        asked = address(name, places, self.world.home.parts["first"])
        self.browser.cookies = SimpleCookie(self.cookies)
        with undone():
            sent = {"data": self.form} if method == "POST" else {}
            response = getattr(self.browser, method.lower())(asked, **sent)
            if response.streaming:
                list(response)
        faults = faults_of(response, asked, is_private=is_private(asked, self.person))
        self.faults += [f"{method} {name}: {fault}" for fault in faults]
        status: int = response.status_code
        return status


@contextmanager
def undone() -> Iterator[None]:
    """Rows and counted tries are as before when it ends."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    cache.clear()
