"""One world for all the tests of a file: it is looked at for seconds, and every request in it is undone."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from tests import factories
from tests.house.world import World, make_world
from tests.inputs.pages import Everything
from tests.inputs.pages import everything as look_around

NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """For tests with the mark `django_db`, whose own transactions then lie inside this one."""
    with (
        django_db_blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        translation.override("fr"),
        transaction.atomic(),
    ):
        home = factories.make_association(name="Union des usagers", slug="union")
        other = factories.make_association(name="Autre collectif", slug="autre")
        yield make_world(home, other, today=NOW.date(), at=NOW)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def everything(world: World) -> Everything:
    return look_around(world, today=NOW.date())
