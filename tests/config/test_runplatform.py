"""The platform as a stranger starts it: real processes, an empty folder, SQLite and the file broker."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from config import fit
from config.management.commands.runplatform import hold
from tests.cluster import free_port
from tests.config.migrated import migrated
from tests.config.processes import ROOT, can_bind, descendants, eventually, is_alive, pids_in, started

__all__ = ["migrated"]

CHILDREN = ("web", "worker", "documents", "beat")


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TEST_")}
    return kept | {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "VAR_DIR": str(folder)}


def command(port: int) -> list[str]:
    return [sys.executable, "manage.py", "runplatform", "--port", str(port)]


def refusal(folder: Path, port: int) -> str:
    """What a start that must fail says."""
    ended = subprocess.run(
        command(port), cwd=ROOT, env=environment(folder), capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stderr


def status(port: int) -> int:
    """Of the first page; 0 while nothing answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def opened(platform: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Return once the first page answers well; fail with the log when it does not."""
    eventually(lambda: platform.poll() is not None or status(port) == 200, within=180, what="the first page answers")
    assert platform.poll() is None, log.read_text()[-3000:]


def kill_and_await_next(log: Path, name: str) -> None:
    first = pids_in(log, name=name)[-1]
    os.kill(first, signal.SIGKILL)
    eventually(lambda: pids_in(log, name=name)[-1] != first, what=f"{name} comes back")
    assert is_alive(pids_in(log, name=name)[-1])


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


@pytest.mark.slow
def test_children_killed_come_back_and_a_killed_supervisor_leaves_no_orphan_and_all_its_data(tmp_path: Path) -> None:
    folder, log, port = tmp_path / "var", tmp_path / "first.log", free_port()
    with started(command(port), log=log, environment=environment(folder)) as platform:
        opened(platform, port, log)

        for name in CHILDREN:
            kill_and_await_next(log, name)
        eventually(lambda: status(port) == 200, what="the first page answers again")

        below = descendants(platform.pid)
        assert len(below) >= len(CHILDREN)
        platform.kill()
        platform.wait()
        eventually(lambda: not any(is_alive(pid) for pid in below), within=30, what="every descendant is gone")
        eventually(lambda: can_bind(port), within=30, what="what they were starting meanwhile is gone too")

    said = log.read_text()
    assert "first start" in said
    assert "TOTP secret" in said
    with ExitStack() as stack:
        log = tmp_path / "second.log"
        platform = stack.enter_context(started(command(port), log=log, environment=environment(folder)))
        opened(platform, port, log)
        assert "first start" not in log.read_text()
        with pytest.raises(CommandError, match=f"A platform already runs on {folder}"):
            hold(folder)
        platform.terminate()
        assert platform.wait(timeout=30) == 0
        assert can_bind(port)


def test_a_busy_port_is_said_with_another_to_try(busy_port: int) -> None:
    with pytest.raises(CommandError, match=rf"Port {busy_port} cannot be used(.|\n)*make run PORT="):
        call_command("runplatform", port=str(busy_port))


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(CommandError, match=f"PORT={port} is not a port"):
        call_command("runplatform", f"--port={port}")


def test_a_file_that_is_no_database_is_explained_and_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "opposable.sqlite3"
    kept.write_bytes(b"somebody's own file, not a database" * 100)
    before = kept.read_bytes()

    said = refusal(tmp_path, free_port())

    assert "do not fit this version" in said
    assert "VAR_DIR=var.new" in said
    assert kept.read_bytes() == before


def test_another_key_than_the_datas_own_is_explained_and_changes_nothing(migrated: Path, tmp_path: Path) -> None:
    var = Path(shutil.copytree(migrated, tmp_path / "var"))
    made = "import django; django.setup(); from accounts import actions; actions.create_association('A', slug='a')"
    own = environment(var) | {"DEMO": "false"}
    subprocess.run([sys.executable, "-c", made], cwd=ROOT, env=own, check=True, timeout=120)
    before = (var / "opposable.sqlite3").read_bytes()
    (var / "keys" / "keks").write_text("demo:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=")

    said = refusal(var, free_port())

    assert "The master key «demo» in VAULT_KEKS is not the one that sealed 1 root key" in said
    assert "Nothing was changed" in said
    assert (var / "opposable.sqlite3").read_bytes() == before


@pytest.mark.django_db
def test_migrations_of_another_version_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    fit.refuse_foreign_migrations(connection)
    applied = MigrationRecorder(connection).applied_migrations()
    later = applied | {("cases", "0042_from_the_future"): next(iter(applied.values()))}
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda recorder: later)

    with pytest.raises(fit.DoesNotFit, match=r"cases\.0042_from_the_future"):
        fit.refuse_foreign_migrations(connection)


@pytest.mark.django_db
def test_a_missing_column_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    fit.refuse_other_tables(connection)
    described = connection.introspection.get_table_description
    monkeypatch.setattr(
        connection.introspection,
        "get_table_description",
        lambda cursor, table: [column for column in described(cursor, table) if column.name != "slug"],
    )

    with pytest.raises(fit.DoesNotFit, match=r"accounts_association\.slug"):
        fit.refuse_other_tables(connection)
