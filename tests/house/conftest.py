"""One world for all the tests of a file, each of which leaves it as it was."""

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.house.world import World, standing


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with standing(django_db_blocker) as made:
        yield made
