"""A volunteer at work, whose database stands behind a wire, and a small disk that can be full."""

import contextlib
import subprocess
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import Membership
from cases.models import Case
from tests import factories
from tests.chaos.proxy import Wire, wire
from tests.people import HouseClient, signed_in


@pytest.fixture
def at_work(volunteer: Membership) -> HouseClient:
    """Their browser; what the server raises it gets as a page."""
    browser = signed_in(volunteer.user, association=volunteer.association)
    browser.raise_request_exception = False
    return browser


@pytest.fixture
def case(volunteer: Membership, today: date, now: datetime) -> Case:
    campaign = factories.make_campaign(volunteer.association, today=today)
    return factories.make_case(campaign, by=volunteer.user, today=today, at=now)


@pytest.fixture
def database() -> Iterator[Wire]:
    """The wire between the pages and PostgreSQL, whole until it is cut."""
    direct = connection.settings_dict["PORT"]
    with wire(int(direct)) as made:
        connection.close()
        connection.settings_dict["PORT"] = made.port
        yield made
        connection.close()
        connection.settings_dict["PORT"] = direct


@contextlib.contextmanager
def small_disk(folder: Path, *, kilobytes: int) -> Iterator[Path]:
    """A file system in memory that holds no more. Needs `@pytest.mark.root`."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k,mode=0777", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
