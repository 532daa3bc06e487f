"""Of eight who do the same at the same instant one wins, and leaves what one alone leaves. `make races`: 20 rounds."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.races import of_cases, of_mails, of_teams
from tests.races.racing import Race, alone, make_world, run, winners

RACES = of_cases.RACES | of_mails.RACES | of_teams.RACES
ROUNDS = int(os.environ.get("RACE_ROUNDS", "2"))

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of its own, and nobody is woken."""
    kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "sealed"}}
    settings.STORAGES = settings.STORAGES | {"default": kept}
    monkeypatch.setattr("vault.box.pokes.poke", lambda task: None)


@pytest.mark.parametrize("race", RACES.values(), ids=RACES)
def test_of_eight_at_once_one_wins_and_leaves_what_one_alone_leaves(race: Race, today: date, now: datetime) -> None:
    world = make_world(today=today, now=now)
    left_alone = alone(world, race)

    for _ in range(ROUNDS):
        done = run(world, race)
        assert winners(done, race) == 1, done
        assert done.traces == left_alone
