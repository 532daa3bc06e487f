"""Pytest plugin of `tests.dates`: sleeping otherwise. libfaketime refuses the kernel call of `time.sleep`."""

import select
import time
from typing import SupportsIndex

import pytest


def pytest_configure(config: pytest.Config) -> None:
    time.sleep = wait


def wait(seconds: float | SupportsIndex, /) -> None:
    """As `time.sleep`, on the clock that is not moved."""
    select.select([], [], [], max(float(seconds), 0))
