from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from accounts import scope
from accounts.actions import create_keys
from accounts.models import Association, KeyKind


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Any) -> Path:
    """An empty store of its own for every test."""
    folder = tmp_path / "sealed"
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder},
        }
    }
    return folder


@pytest.fixture
def case_key(association: Association) -> Iterator[UUID]:
    """The subject of a case's key, its association in scope."""
    with scope.enter(association.pk):
        [subject] = create_keys(association.pk, kind=KeyKind.CASE)
        yield subject
