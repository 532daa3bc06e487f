from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from accounts import scope
from accounts.actions import create_keys
from accounts.models import Association, KeyKind, User
from tests import factories
from tests.vault import standin
from tests.vault.waiting import Counter


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


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> standin.Engine:
    """The stand-in takes the engine's place."""
    return standin.install(monkeypatch)


@pytest.fixture(autouse=True)
def pokes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Tasks that a worker was woken for: no message leaves the test."""
    poked: list[str] = []
    monkeypatch.setattr("vault.box.pokes.poke", poked.append)
    return poked


@pytest.fixture
def member(db: None) -> User:
    """Somebody with an account and no role."""
    return factories.make_user(password=None)


@pytest.fixture
def counter(association: Association, member: User, engine: standin.Engine, now: datetime, store: Path) -> Counter:
    """Needs a test whose transactions are real: `django_db(transaction=True)`."""
    return Counter.open(association, member, at=now, store=store)
