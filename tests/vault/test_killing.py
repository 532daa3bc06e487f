"""Processes are killed at random moments of many deposits: no number is left anywhere, and nothing confirmed is lost.

The engine, the broker, the keys' Redis, the worker of documents and the database are real.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings as house
from django.db import connection
from django.utils import timezone

import cases.actions
from accounts import scope
from accounts.models import Membership
from cases.models import Case, Justificatif
from tests import factories
from tests.cluster import SUPERUSER
from tests.config.processes import ROOT, descendants
from tests.database import _connected
from tests.house import stores
from tests.house.search import dump_of_database, forms_of, found_in
from tests.vault import letters
from tests.whole import WHOLE
from vault import access, actions
from vault.models import Deposit, DepositState

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

DEPOSITS, KILLS = (50, 8) if WHOLE else (12, 3)
WITHIN = 90.0
SEED = 20261129
REDIS = os.environ.get("TEST_REDIS_URL", "")
NUMBERS = [letters.BEGINNING, letters.SPACED]


@dataclass
class Platform:
    """The processes beside the test, in the test's own database; each killed one is started again."""

    var: Path
    arguments: list[str]
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        database = connection.settings_dict
        url = f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
        return {name: value for name, value in os.environ.items() if not name.startswith("TEST_")} | {
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "VAR_DIR": str(self.var),
            "TMPDIR": str(self.var / "tmp"),
            "DATABASE_URL": url,
            "SECRET_KEY": house.SECRET_KEY,
            "VAULT_KEKS": house.VAULT_KEKS,
            "CELERY_BROKER_URL": house.CELERY_BROKER_URL,
            "VAULT_SAS_URL": house.VAULT_SAS_URL,
            "OMP_THREAD_LIMIT": "1",
        }

    def commands(self) -> dict[str, list[str]]:
        worker = ["-m", "celery", "-A", "config.celery", "worker", "--queues", "documents", "--concurrency", "1"]
        quiet = ["--loglevel", "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        return {"worker": [*worker, *quiet], "door": ["-m", "tests.vault.door", *self.arguments]}

    def start(self, name: str) -> None:
        with (self.var / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *self.commands()[name]],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, name: str, *, dice: random.Random) -> None:
        """The whole of it, or one process below it: a pool's child, a box."""
        process = self.running[name]
        victims = sorted(descendants(process.pid))
        if victims and dice.random() < 0.5:
            _kill(dice.choice(victims))
            return
        for pid in [*victims, process.pid]:
            _kill(pid)
        process.wait()
        self.start(name)

    def end(self) -> None:
        for process in self.running.values():
            for pid in [*descendants(process.pid), process.pid]:
                _kill(pid)
            process.wait()

    def confirmed(self) -> set[int]:
        """What the door said it had confirmed."""
        lines = (self.var / "door.log").read_text().splitlines()
        return {int(line.split()[1]) for line in lines if line.startswith("confirmed ")}


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def case(volunteer: Membership, today: date, now: datetime) -> Case:
    campaign = factories.make_campaign(volunteer.association, today=today)
    return factories.make_case(campaign, by=volunteer.user, today=today, at=now)


@pytest.fixture
def platform(case: Case, volunteer: Membership, tmp_path: Path, settings: Any) -> Iterator[Platform]:
    var = tmp_path / "var"
    (var / "tmp").mkdir(parents=True)
    location = {"location": var / "sealed"}
    folder = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": location}
    settings.STORAGES = settings.STORAGES | {"default": folder}
    arguments = [str(case.association_id), str(case.subject), str(volunteer.user_id), str(DEPOSITS)]
    made = Platform(var, arguments)
    try:
        yield made
    finally:
        made.end()


def test_what_is_killed_leaves_no_number_and_loses_nothing_confirmed(platform: Platform, case: Case) -> None:
    dice = random.Random(SEED)
    for name in platform.commands():
        platform.start(name)
    began = time.monotonic()
    for _ in range(KILLS):
        _beat_for(dice.uniform(0.5, 8.0))
        platform.kill(dice.choice(["worker", "worker", "door"]), dice=dice)
    while time.monotonic() < began + WITHIN and _left(case):
        _beat_for(1.0)
    platform.end()
    _drain()

    states = _states(case)
    assert len(states) == DEPOSITS
    confirmed = platform.confirmed()
    assert len(confirmed) > DEPOSITS // 5
    assert {states[pk] for pk in confirmed} == {DepositState.SEALED}
    assert _opened(case) == len([one for one in states.values() if one == DepositState.SEALED])
    assert _found_anywhere(platform) == {}


def _beat_for(seconds: float) -> None:
    """Wake the worker as the beat does, for so long."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        for task in ("vault.analyse", "cases.seal"):
            current_app.send_task(task, expires=5)
        time.sleep(min(1.0, left))


def _left(case: Case) -> bool:
    with scope.enter(case.association_id):
        ended = Deposit.objects.filter(state__in=[DepositState.SEALED, DepositState.REFUSED]).count()
    return ended < DEPOSITS


def _drain() -> None:
    """What the next worker does once the leases of the killed ones have run out."""
    for minutes in (1, 2, 3):
        later = timezone.now() + timedelta(minutes=minutes)
        actions.analyse_waiting(at=later)
        cases.actions.seal_confirmed(today=later.date(), at=later)
        actions.sweep(at=later)


def _states(case: Case) -> dict[int, str]:
    with scope.enter(case.association_id):
        return dict(Deposit.objects.order_by("pk").values_list("pk", "state"))


def _opened(case: Case) -> int:
    """How many justificatifs open to a PDF in which no number is."""
    opened = 0
    with scope.enter(case.association_id):
        for one in Justificatif.objects.select_related("sealed_file").order_by("pk"):
            assert one.sealed_file
            plain = b"".join(access.open_plain(one.sealed_file))
            opened += plain.startswith(b"%PDF") and found_in(plain, NUMBERS) == []
    return opened


def _found_anywhere(platform: Platform) -> dict[str, list[str]]:
    places = {
        "files": _content(platform.var),
        "redis": stores.redis_dump(REDIS),
        "rows": dump_of_database(),
        "the database's own files": _content(_data_folder()),
    }
    assert min(map(len, places.values())) > 1_000, "a place was not read"
    return {name: found for name, content in places.items() if (found := found_in(content, NUMBERS))}


def _data_folder() -> Path:
    with _connected(SUPERUSER, database="postgres") as superuser:
        superuser.execute("CHECKPOINT")
        row = superuser.execute("SHOW data_directory").fetchone()
    assert row
    return Path(row[0])


def _content(folder: Path) -> bytes:
    parts = []
    for path in sorted(folder.rglob("*")):
        with contextlib.suppress(FileNotFoundError):
            parts += [str(path).encode(), path.read_bytes() if path.is_file() else b""]
    return b"\n".join(parts)


def test_the_search_would_find_a_number() -> None:
    """Of a letter as it came, in each of the spellings."""
    assert found_in(letters.letter(7), NUMBERS) == [letters.SPACED]
    assert len(forms_of(letters.SPACED)) > 8
