"""One world for all the tests of a file: it is looked at for seconds, and every request in it is undone."""

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from tests import factories
from tests.house.idor.rows import Rows
from tests.house.world import World, make_world
from tests.inputs.pages import Everything
from tests.inputs.pages import everything as look_around

NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Europe/Paris"))


HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}'
# Planted words that are read by a machine, or stand in no page.
_PLAIN = {"cases.Beneficiary.birth_year", "cases.Member.region", "accounts.SignIn.device", "vault.SealedFile.content"}


def hostile(plant: Callable[..., str]) -> Callable[..., str]:
    """Every name and note of the world ends with signs that would run on a page that shows them as they are."""

    def planted(column: str, kind: str = "text") -> str:
        return plant(column, kind) + (HOSTILE if kind == "text" and column not in _PLAIN else "")

    return planted


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """For tests with the mark `django_db`, whose own transactions then lie inside this one."""
    with (
        django_db_blocker.unblock(),
        pytest.MonkeyPatch.context() as patch,
        time_machine.travel(NOW, tick=False),
        translation.override("fr"),
        transaction.atomic(),
    ):
        patch.setattr(factories, "plant", hostile(factories.plant))
        home = factories.make_association(name="Union des usagers", slug="union")
        other = factories.make_association(name="Autre collectif", slug="autre")
        yield make_world(home, other, today=NOW.date(), at=NOW)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def everything(world: World) -> Everything:
    return look_around(world, today=NOW.date())


@pytest.fixture(scope="module")
def rows(world: World) -> Rows:
    return Rows(world)
