"""config/deploy/opposable and opposable-mail, on a server in a folder: as whom manage.py runs, with which passwords.

Its manage.py says what it was given. The users are two that every Debian has.
"""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import cluster
from tests.config.processes import ROOT, eventually

pytestmark = pytest.mark.root

SERVES, OWNS = "daemon", "bin"
SAYS = """#!/bin/sh
shift
[ "$1" != wait ] || read -r line
[ "$1" != receive_mail ] || exit "$(cat)"
echo "as=$(id -un)"
echo "asked=$*"
exec env
"""
ENV = """EMAIL_FROM="Nouvelles <nouvelles@opposable.example>"
DATABASE_URL=postgres://opposable_app@127.0.0.1/opposable
DATABASE_PASSWORD_FILE={0}/etc/secrets/app_password
OWNER_DATABASE_URL=postgres://opposable_migrate@127.0.0.1/opposable
OWNER_PASSWORD_FILE={0}/etc/secrets/owner_password
"""


@pytest.fixture
def server() -> Iterator[Path]:
    with cluster.scratch_folder() as folder:
        folder.chmod(0o755)
        python = folder / "app" / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.write_text(SAYS, encoding="utf-8")
        python.chmod(0o755)
        secrets = folder / "etc" / "secrets"
        secrets.mkdir(parents=True)
        (folder / "etc" / "env").write_text(ENV.format(folder), encoding="utf-8")
        for role in ("app", "owner", "purge"):
            (secrets / f"{role}_password").write_text(f"zq-{role}\n", encoding="utf-8")
            (secrets / f"{role}_password").chmod(0o644 if role == "app" else 0o400)
        for name in ("opposable", "opposable-mail"):
            put(name, folder)
        yield folder


def put(name: str, folder: Path) -> None:
    text = (ROOT / "config" / "deploy" / name).read_text(encoding="utf-8")
    for there, here in (
        ("/etc/opposable/", f"{folder}/etc/"),
        ("/usr/local/sbin/", f"{folder}/"),
        ("/srv/opposable/app", f"{folder}/app"),
        ("user=opposable-owner", f"user={OWNS}"),
        ("user=opposable\n", f"user={SERVES}\n"),
    ):
        text = text.replace(there, here)
    (folder / name).write_text(text, encoding="utf-8")
    (folder / name).chmod(0o755)


def run(*command: str | Path, of: str = "root", given: str = "") -> "subprocess.CompletedProcess[str]":
    """Without an environment, as cron and mail servers start a program, and where they do."""
    change = [] if of == "root" else ["setpriv", "--reuid", of, "--regid", of, "--clear-groups"]
    words = [*change, *map(str, command)]
    path = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    return subprocess.run(words, input=given, env=path, cwd="/", capture_output=True, text=True, check=False)


def told(server: Path, *words: str) -> dict[str, str]:
    done = run(server / "opposable", *words)
    assert done.returncode == 0, done.stderr
    return dict(line.split("=", 1) for line in done.stdout.splitlines())


def test_a_command_runs_as_the_application(server: Path) -> None:
    found = told(server, "verify_vault", "--json")

    assert (found["as"], found["asked"]) == (SERVES, "verify_vault --json")
    assert found["EMAIL_FROM"] == "Nouvelles <nouvelles@opposable.example>"
    assert "opposable_app" in found["DATABASE_URL"]
    assert "DATABASE_PASSWORD" not in found
    assert "PURGE_PASSWORD" not in found
    assert found["HOME"] == "/nonexistent"


def test_the_owner_is_another_user_who_reads_its_own_password(server: Path) -> None:
    found = told(server, "--owner", "migrate")

    assert (found["as"], found["asked"]) == (OWNS, "migrate")
    assert "opposable_migrate" in found["DATABASE_URL"]
    assert found["DATABASE_PASSWORD_FILE"].endswith("/owner_password")


def test_a_copy_reads_the_files_as_their_user_and_the_database_as_its_owner(server: Path) -> None:
    found = told(server, "--copy", "backup", "--out", "/srv/backups/a.backup")

    assert (found["as"], found["asked"]) == (SERVES, "backup --out /srv/backups/a.backup")
    assert "opposable_migrate" in found["DATABASE_URL"]
    assert found["DATABASE_PASSWORD"] == "zq-owner"
    assert "DATABASE_PASSWORD_FILE" not in found


def test_a_purge_is_the_application_with_one_password_more(server: Path) -> None:
    found = told(server, "--purge", "purge")

    assert (found["as"], found["asked"]) == (SERVES, "purge")
    assert found["PURGE_PASSWORD"] == "zq-purge"
    assert "opposable_app" in found["DATABASE_URL"]


@contextlib.contextmanager
def waiting(server: Path, *mode: str) -> Iterator[Path]:
    """/proc/…/environ of a command that is under way."""
    with subprocess.Popen(
        [server / "opposable", *mode, "wait"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as one:
        process = Path("/proc") / str(one.pid)
        eventually(
            lambda: (process / "cmdline").read_bytes().startswith(b"/bin/sh\0.venv"), what="manage.py does not run"
        )
        assert process.stat().st_uid == int(run("id", "-u", SERVES).stdout)
        yield process / "environ"
        one.communicate(b"\n")


@pytest.mark.parametrize("mode", ["--copy", "--purge"])
def test_what_holds_such_a_password_is_closed_to_the_other_processes_of_its_user(server: Path, mode: str) -> None:
    with waiting(server, mode) as environ:
        assert b"zq-" in environ.read_bytes()
        assert run("cat", environ, of=SERVES).returncode != 0
    with waiting(server) as environ:
        assert "EMAIL_FROM" in run("cat", environ, of=SERVES).stdout


def test_the_applications_own_user_runs_commands_and_is_handed_no_password(server: Path) -> None:
    assert f"as={SERVES}" in run(server / "opposable", "check", of=SERVES).stdout.splitlines()
    for mode in ("--owner", "--copy", "--purge"):
        refused = run(server / "opposable", mode, "check", of=SERVES)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "for root" in refused.stderr


@pytest.mark.parametrize(("code", "answer"), [(0, 0), (67, 67), (75, 75), (1, 75), (2, 75), (137, 75)])
def test_a_mail_server_hears_three_answers(server: Path, code: int, answer: int) -> None:
    assert run(server / "opposable-mail", of=SERVES, given=str(code)).returncode == answer


def test_a_mail_comes_back_when_the_settings_are_away(server: Path) -> None:
    (server / "etc" / "env").unlink()

    assert run(server / "opposable-mail", of=SERVES, given="0").returncode == 75
