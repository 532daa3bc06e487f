"""One world for all the tests of a file: it is looked at for seconds, and every request in it is undone."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests import factories
from tests.house.idor.rows import Rows
from tests.house.world import NOW, World, standing
from tests.inputs.pages import Everything
from tests.inputs.pages import everything as look_around

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
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factories, "plant", hostile(factories.plant))
        with standing(django_db_blocker) as made:
            yield made


@pytest.fixture(scope="module")
def everything(world: World) -> Everything:
    return look_around(world, today=NOW.date())


@pytest.fixture(scope="module")
def rows(world: World) -> Rows:
    return Rows(world)
