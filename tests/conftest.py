"""What every test stands on: the database plugin, the nursery that is stricter than production, and the people."""

import gc

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.database", "tests.figures", "tests.nursery", "tests.people"]

# How long an example takes tells how busy the machine is, not whether a rule holds.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_itemcollected(item: pytest.Item) -> None:
    """By whatever way it asks for one: `-m database` takes those that do."""
    if item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(getattr(item, "fixturenames", ())):
        item.add_marker("database")


def pytest_collection_finish() -> None:
    """Ten thousand tests and what they import stay until the end: no search for rubbish goes through them again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In either half first what searches the disk, while little lies there, then the slow ones.

    Two workers begin with one half each, and end with what is soon done. The slow ones of a file stay together: what
    they share is made once.
    """
    marked = [item for mark in ("reads_all", "slow") for item in items if item.get_closest_marker(mark)]
    soon = list(dict.fromkeys(marked))
    files = list(dict.fromkeys(item.path for item in soon))
    first, second = ([item for item in soon if files.index(item.path) % 2 == half] for half in (0, 1))
    others = [item for item in items if not {"reads_all", "slow"} & {mark.name for mark in item.iter_markers()}]
    half = len(others) // 2
    items[:] = [*first, *others[:half], *second, *others[half:]]
