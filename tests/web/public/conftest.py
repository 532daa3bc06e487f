"""The clock stands still; a release to be read."""

import pytest
import time_machine

from accounts.models import Association, Membership
from observatory.access import ReleaseView
from observatory.models import Release
from tests.web import releases


@pytest.fixture(autouse=True)
def _clock(clock: time_machine.Traveller) -> None:
    """It is Monday 23 November 2026, ten in the morning."""


@pytest.fixture
def measured(association: Association, monkeypatch: pytest.MonkeyPatch) -> Release:
    """Not reviewed, not published."""
    return releases.measure(association, monkeypatch)


@pytest.fixture
def published(measured: Release, delegate: Membership) -> ReleaseView:
    return releases.publish(measured, by=delegate)
