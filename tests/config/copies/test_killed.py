"""A restore or backup that is killed half-way: what was there stands, the next start says so, the next run heals it.

Each dies in a process of its own, by SIGKILL, at the very moment that is meant. SQLite: of PostgreSQL's one transaction
test_postgres.py tells.
"""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connection

import cases.actions
from accounts import scope
from accounts.fields import forget_keys
from accounts.models import Association, Membership
from cases.models import Case, Member
from config.checks import refuse_unfinished_restore
from config.copies import leftovers, restoring, sqlite, unfinished, writing
from config.management.commands.runplatform import Command
from tests import database
from tests.config.copies.conftest import backup, restore
from tests.config.copies.test_drill import coordinator, tables
from vault.box import store

__all__ = ["coordinator"]

pytestmark = pytest.mark.skipif(database.on_postgres(), reason="the embedded database's file")


def killed(work: Callable[[], object], patch: Callable[[], object]) -> bool:
    """Whether a process of its own that does this work died by SIGKILL, which `patch` makes strike somewhere in it.

    What is patched there goes with it.
    """
    connection.close()
    child = os.fork()
    if not child:
        try:
            patch()
            work()
        finally:
            os._exit(1)
    return os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def then_die(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The first half of the first piece, written."""
    for piece in pieces:
        yield piece[: len(piece) // 2]
        die()


def within_a_file() -> None:
    write = store.write
    pytest.MonkeyPatch().setattr(store, "write", lambda name, pieces: write(name, then_die(pieces)))


def within_the_database() -> None:
    """After some of its pages are written."""

    def put_over(self: sqlite.SqliteSource, live: Path) -> None:
        with closing(sqlite3.connect(live)) as target:
            self._opened.backup(target, pages=20, progress=die)

    pytest.MonkeyPatch().setattr(sqlite.SqliteSource, "put_over", put_over)


def before_the_erased_are_erased_again() -> None:
    pytest.MonkeyPatch().setattr(cases.actions, "erase_again", die)


def lose_the_files(platform: Path) -> None:
    for path in (platform / "sealed").rglob("*"):
        if path.is_file():
            path.unlink()


def files(platform: Path) -> dict[str, bytes]:
    """But for the half of one that was killed: sealed bytes, which the vault's sweep removes."""
    found = (path for path in (platform / "sealed").rglob("*") if path.is_file() and path.suffix != ".tmp")
    return {path.name: path.read_bytes() for path in found}


def what_is_said() -> list[str]:
    return [str(found.id) for found in refuse_unfinished_restore(None)]


def copies_in(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith("copy-") or path.name.endswith(".part")]


@pytest.mark.parametrize("moment", [within_a_file, within_the_database])
def test_a_restore_that_was_killed_is_told_and_healed_by_running_it_again(
    platform: Path, coordinator: Membership, folder: Path, private: Path, moment: Callable[[], None]
) -> None:
    before, kept = tables(), files(platform)
    backup(folder / "a.backup")
    lose_the_files(platform)
    Association.objects.update(name="Une autre")
    since = tables()

    assert killed(lambda: restore(folder / "a.backup", private, "--replace"), moment)

    assert tables() == since
    assert what_is_said() == ["opposable.E016"]
    with pytest.raises(CommandError, match="did not come to its end"):
        Command().prepare()
    assert len(copies_in(platform)) == (moment is within_the_database)
    restore(folder / "a.backup", private, "--replace")
    assert (tables(), files(platform)) == (before, kept)
    assert (what_is_said(), copies_in(platform)) == ([], [])


def test_a_restore_that_was_killed_before_it_erased_again_does_so_when_it_is_run_again(
    platform: Path, coordinator: Membership, folder: Path, private: Path, today: date, now: datetime
) -> None:
    with scope.enter(coordinator.association_id):
        member = Case.objects.order_by("pk")[0].member
    backup(folder / "a.backup")
    with scope.enter(coordinator.association_id):
        cases.actions.erase_person(member, today=today, at=now, by=coordinator.user)

    assert killed(lambda: restore(folder / "a.backup", private, "--replace"), before_the_erased_are_erased_again)

    with scope.enter(coordinator.association_id):
        assert Member.objects.get(pk=member.pk).email_index
    assert what_is_said() == ["opposable.E016"]
    assert restore(folder / "a.backup", private, "--replace")["erased_again"] == 1
    forget_keys()
    with scope.enter(coordinator.association_id):
        assert Member.objects.get(pk=member.pk).email_index == ""
    assert what_is_said() == []


def test_a_refused_restore_leaves_an_earlier_ones_mark_and_none_of_its_own(
    platform: Path, folder: Path, private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(folder / "a.backup")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(restoring, "_put_blobs", full)
        with pytest.raises(CommandError, match="no room left"):
            restore(folder / "a.backup", private, "--replace")
        assert what_is_said() == []
        unfinished.path().write_text("")
        with pytest.raises(CommandError, match="no room left"):
            restore(folder / "a.backup", private, "--replace")

    assert what_is_said() == ["opposable.E016"]


def test_what_a_killed_backup_leaves_is_gone_after_the_next_one_and_what_is_under_way_stays(
    platform: Path, coordinator: Membership, folder: Path
) -> None:
    """A whole copy of the database, which no erasure reaches, and half an archive."""

    def within_the_archive() -> None:
        write = writing._write_durably
        pytest.MonkeyPatch().setattr(writing, "_write_durably", lambda path, pieces: write(path, then_die(pieces)))

    assert killed(lambda: backup(folder / "a.backup"), within_the_archive)
    assert [len(copies_in(place)) for place in (platform, folder)] == [1, 1]

    with leftovers.folder_in(Path(settings.VAR_DIR)) as under_way:
        backup(folder / "b.backup")
        assert copies_in(platform) == [under_way]

    assert copies_in(platform) == copies_in(folder) == []
    assert [path.name for path in folder.iterdir()] == ["b.backup"]


def test_an_operators_own_folders_and_files_stay(platform: Path, folder: Path) -> None:
    """Whatever they are called: a folder of copies is what an operator makes."""
    theirs = [folder / "copy-archives" / "old.backup", platform / "copy-archives" / "old.backup", folder / ".a.part"]
    for path in theirs:
        path.parent.mkdir(exist_ok=True)
        path.write_text("zq")

    backup(folder / "a.backup")

    assert all(path.read_text() == "zq" for path in theirs)
