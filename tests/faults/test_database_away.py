"""PostgreSQL cut, away, silent or full: the page says so, and what was typed is sent again by a button."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from django.db import connection

from accounts import scope
from cases.actions import journal
from cases.models import Case, CaseEvent
from cases.rules.lifecycle import EventKind
from tests import cluster, factories
from tests.chaos.proxy import Wire
from tests.config.processes import ROOT
from tests.faults.conftest import small_disk
from tests.people import HouseClient
from tests.web.desk.conftest import address, answers

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

FORM = "application/x-www-form-urlencoded"


def sent(browser: HouseClient, path: str, typed: dict[str, Any]) -> Any:
    """As a browser sends a form without files."""
    return browser.post(path, urlencode(typed), content_type=FORM)


def again(page: str) -> dict[str, str]:
    """What the button of the page would send."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {unescape(name): unescape(value) for name, value in found}


def notes_of(case: Case) -> list[str]:
    with scope.enter(case.association_id):
        return [event.note for event in CaseEvent.objects.filter(case=case, kind=EventKind.NOTE_ADDED).order_by("pk")]


def assert_told_and_healed(browser: HouseClient, response: Any, case: Case, typed: dict[str, Any]) -> None:
    """The page says what happened; its button does what was asked, once."""
    page = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "30"), page
    assert "Ce qui était enregistré l’est toujours." in page
    assert again(page) == {name: str(value) for name, value in typed.items()}
    assert notes_of(case) == []

    for _ in range(2):  # pressed twice
        sent(browser, address("note", case), again(page))
    assert notes_of(case) == [typed["text"]]


def test_a_form_that_met_a_database_that_is_away_is_sent_again_by_a_button(
    at_work: HouseClient,
    database: Wire,
    case: Case,
) -> None:
    typed = answers(case, text=f"{factories.plant('cases.CaseEvent.note')} l'a dit « & »")
    database.server, there = cluster.free_port(), database.server
    connection.close()

    response = sent(at_work, address("note", case), typed)

    database.server = there
    assert_told_and_healed(at_work, response, case, typed)


def test_a_connection_that_is_cut_in_a_transition_changes_nothing(
    at_work: HouseClient,
    database: Wire,
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typed = answers(case, text=factories.plant("cases.CaseEvent.note"))

    def cut_then_move(*args: Any, **kwargs: Any) -> Any:
        database.cut()
        return journal.move(*args, **kwargs)

    with monkeypatch.context() as cutting:
        cutting.setattr("cases.actions.working.move", cut_then_move)
        response = sent(at_work, address("note", case), typed)

    assert_told_and_healed(at_work, response, case, typed)


def test_a_database_that_says_nothing_keeps_nobody_waiting_for_long(at_work: HouseClient, database: Wire) -> None:
    assert at_work.get("/desk/").status_code == 200
    connection.close()
    database.black_hole()
    began = time.monotonic()

    response = at_work.get("/desk/?q=R")

    assert time.monotonic() - began < 20
    assert response.status_code == 503
    assert 'href="/desk/?q=R"' in response.content.decode()
    database.mend()
    connection.close()
    assert at_work.get("/desk/").status_code == 200


@pytest.mark.root
@pytest.mark.slow
def test_an_open_connection_on_which_nothing_comes_through_is_given_up_within_seconds(tmp_path: Path) -> None:
    """A wire would acknowledge what it swallows, as no dead network does: this is a network of its own."""
    command = [cluster.program("unshare", package="util-linux"), "--net", sys.executable]
    environment = {"PATH": os.environ["PATH"]}

    ended = subprocess.run(
        [*command, "-m", "tests.faults.silence", str(tmp_path)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )

    assert ended.returncode == 0, ended.stderr
    *gave_up, healed = (line.split() for line in ended.stdout.splitlines())
    assert healed == ["healed"]
    assert sorted((doing, error) for doing, error, _ in gave_up) == [
        ("asking", "OperationalError"),
        ("waiting", "OperationalError"),
    ]
    assert all(9 < float(seconds) < 20 for *_, seconds in gave_up), gave_up


@contextmanager
def on_a_small_disk(table: str) -> Iterator[Path]:
    """The table lies there; yields the disk."""
    name = connection.settings_dict["NAME"]
    url = f"postgres://{cluster.SUPERUSER}@127.0.0.1:{connection.settings_dict['PORT']}/{name}"
    with (
        cluster.scratch_folder(owner=cluster.SUPERUSER) as folder,
        small_disk(folder / "small", kilobytes=2048) as disk,
        psycopg.connect(url, autocommit=True) as superuser,
    ):
        shutil.chown(disk, user=cluster.SUPERUSER, group=cluster.SUPERUSER)
        superuser.execute(f"CREATE TABLESPACE small LOCATION '{disk}'".encode())
        superuser.execute(f"ALTER TABLE {table} SET TABLESPACE small".encode())
        try:
            yield disk
        finally:
            superuser.execute(f"ALTER TABLE {table} SET TABLESPACE pg_default".encode())
            superuser.execute(b"DROP TABLESPACE small")


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize)
    return filler


@pytest.mark.root
def test_a_disk_that_is_full_for_postgresql_loses_nothing_typed(
    at_work: HouseClient,
    case: Case,
) -> None:
    typed = answers(case, text=factories.plant("cases.CaseEvent.note") + " long" * 700)
    with on_a_small_disk("cases_caseevent") as disk:
        filler = fill(disk)

        response = sent(at_work, address("note", case), typed)

        filler.unlink()
        assert_told_and_healed(at_work, response, case, typed)
