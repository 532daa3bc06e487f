"""PostgreSQL: dumped by pg_dump within one snapshot, restored by psql within one transaction, both as the owner."""

import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any, ClassVar

from django.db import connection, transaction

from config.copies.manifest import Table
from config.copies.refused import Refused
from config.roles import APP, PURGE, STATS

_PIECE = 256 * 1024
_COPY = re.compile(rb'COPY public\."?([A-Za-z0-9_]+)"? ')
# One text for a row here and there: of its columns, in a zone and form that do not depend on the session.
AS_TEXT = "SET TIME ZONE 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET bytea_output = 'hex'"
DIGEST = (
    "SELECT count(*), coalesce(sum(('x' || left(encode(sha256(convert_to((counted.*)::text, 'UTF8')), 'hex'), 15))"
    "::bit(60)::bigint), 0)::text FROM public.{table} counted"
)
# What an address may ask of libpq (`?sslmode=verify-full`) and its programs read from a variable of the same name.
HANDED_ON = (
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslcrl",
    "sslcrldir",
    "sslsni",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
    "channel_binding",
    "gssencmode",
    "requirepeer",
    "require_auth",
    "target_session_attrs",
    "hostaddr",
)
ANY_ROW = "SELECT EXISTS (SELECT FROM public.{table})"


class PostgresSource:
    """The snapshot of an open transaction."""

    engine: ClassVar[str] = "postgresql"

    def __init__(self, snapshot_id: str) -> None:
        self.snapshot_id = snapshot_id

    def rows(self, statement: str) -> Iterator[tuple[Any, ...]]:
        with connection.chunked_cursor() as cursor:
            cursor.execute(statement)
            yield from cursor

    def tables(self) -> dict[str, Table]:
        return tables()

    def dump(self) -> Iterator[bytes]:
        """Raises Refused: what pg_dump says. Never `--enable-row-security`: it would dump nothing, and end with 0."""
        wanted = ["--format=custom", "--compress=1", "--no-owner", "--lock-wait-timeout=10s", "--no-password"]
        yield from _read(["pg_dump", *wanted, f"--snapshot={self.snapshot_id}"])


@contextmanager
def snapshot() -> Iterator[PostgresSource]:
    """Raises Refused for a role that row-level security would show an empty database."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        refuse_blind_role()
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        yield PostgresSource(cursor.fetchone()[0])


def refuse_blind_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls, rolname FROM pg_roles WHERE rolname = current_user")
        sees_all, role = cursor.fetchone()
    if not sees_all:
        raise Refused(
            f"The role {role} sees one association at a time: the copy would be empty. Run this as opposable_migrate "
            "(DATABASE_URL=postgres://opposable_migrate@host/opposable)."
        )


def tables() -> dict[str, Table]:
    """As seen in the transaction that is open. Server-side: no row comes here."""
    with connection.cursor() as cursor:
        cursor.execute(AS_TEXT)
        names = sorted(connection.introspection.table_names(cursor))
        found = {}
        for name in names:
            cursor.execute(DIGEST.format(table=connection.ops.quote_name(name)))
            rows, digest = cursor.fetchone()
            found[name] = Table(rows, digest)
    return found


def filled() -> list[str]:
    """Tables with a row, each asked for one alone: a big database is no reason to wait."""
    with connection.cursor() as cursor:
        names = sorted(connection.introspection.table_names(cursor))
        return [name for name in names if _is_filled(cursor, name)]


def _is_filled(cursor: Any, name: str) -> bool:
    cursor.execute(ANY_ROW.format(table=connection.ops.quote_name(name)))
    return bool(cursor.fetchone()[0])


@contextmanager
def unhurried() -> Iterator[None]:
    """Until the end this process's connections have the time that they need: what a request may take is too little."""
    options = connection.settings_dict["OPTIONS"]
    before = options.get("options", "")
    options["options"] = f"{before} -c statement_timeout=0".strip()
    connection.close()
    try:
        yield
    finally:
        options["options"] = before
        connection.close()


def sessions_of_others() -> int:
    """How many connections of the platform's other roles are open: it still works."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = ANY(%s)",
            [[APP, PURGE, STATS]],
        )
        return int(cursor.fetchone()[0])


def missing_roles() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [[APP, PURGE, STATS]])
        return sorted({APP, PURGE, STATS} - {name for (name,) in cursor.fetchall()})


def rows_in_dump(pieces: Iterable[bytes]) -> dict[str, int]:
    """How many rows a dump holds for each table: read by pg_restore, written nowhere."""
    found: dict[str, int] = {}

    def count(script: IO[bytes]) -> None:
        table = ""
        for line in script:
            if table and line == b"\\.\n":
                table = ""
            elif table:
                found[table] += 1
            elif match := _COPY.match(line):
                table = match.group(1).decode()
                found[table] = 0

    _through(["pg_restore", "--data-only", "--file=-"], pieces, count)
    return found


def put_over(pieces: Iterable[bytes], *, before: str, after: str) -> None:
    """Run the dump's script between the two, in one transaction: a process that dies half-way leaves what was there.

    psql commits nothing by itself: COMMIT is the last line, and comes only once pg_restore has ended well.
    """
    psql = ["psql", "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    with _started(psql, stdin=subprocess.PIPE) as (taker, complaints):
        try:
            _write(taker, [f"BEGIN;\n{before}\n".encode()])
            _through(["pg_restore", "--no-owner", "--file=-"], pieces, lambda script: _write(taker, _pieces(script)))
            _write(taker, [f"\n{after}\nCOMMIT;\n".encode()])
        except BaseException:
            taker.kill()
            raise
        finally:
            _close(taker)
        _refuse_failure(psql[0], taker, complaints)


def _through(command: list[str], pieces: Iterable[bytes], take: Callable[[IO[bytes]], None]) -> None:
    """Feed the pieces to a program whose output another thread takes. Raises Refused when the program fails."""
    with _started(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as (program, complaints):
        assert program.stdout is not None  # noqa: S101  asked for one line above
        reader = threading.Thread(target=take, args=[program.stdout])
        reader.start()
        try:
            _write(program, pieces)
        except BaseException:
            program.kill()
            raise
        finally:
            _close(program)
            reader.join()
        _refuse_failure(command[0], program, complaints)


def _read(command: list[str]) -> Iterator[bytes]:
    with _started(command, stdout=subprocess.PIPE) as (program, complaints):
        assert program.stdout is not None  # noqa: S101  asked for one line above
        try:
            yield from _pieces(program.stdout)
        except BaseException:
            program.kill()
            raise
        _refuse_failure(command[0], program, complaints)


@contextmanager
def _started(command: list[str], **streams: int) -> Iterator[tuple["subprocess.Popen[bytes]", IO[bytes]]]:
    if not shutil.which(command[0]):
        raise Refused(f"{command[0]} is missing here: apt-get install postgresql-client.")
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(command, env=_environment(command[0]), stderr=complaints, **streams) as program,  # type: ignore[call-overload]  # streams are PIPEs
    ):
        yield program, complaints


def _environment(program: str) -> dict[str, str]:
    """None of the platform's secrets. For those who connect: where, how and as whom, as Django does; a password stands
    in no list of processes."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | ({} if program == _CONNECTS_NEVER else _connection()) | {"LC_MESSAGES": "C"}


def _connection() -> dict[str, str]:
    settings = connection.settings_dict
    ambient = {name: value for name, value in os.environ.items() if name.startswith("PG") and name not in _OVERRULING}
    options = {name: value for name, value in settings["OPTIONS"].items() if name in HANDED_ON}
    asked = {f"PG{name.replace('_', '').upper()}": str(value) for name, value in options.items()}
    given = {variable: str(settings[name]) for name, variable in _NAMED.items() if settings[name]}
    return ambient | asked | given | {"PGAPPNAME": "opposable copy", "PGCONNECT_TIMEOUT": "5"}


_CONNECTS_NEVER = "pg_restore"
_NAMED = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}
# A service would win over where the settings say, and options over what a copy needs; Django's own knows neither.
_OVERRULING = {"PGSERVICE", "PGSERVICEFILE", "PGOPTIONS"}


def _write(program: "subprocess.Popen[bytes]", pieces: Iterable[bytes]) -> None:
    """All of it. Where the program has ended, the rest is passed over, so that whoever makes it does not wait for ever;
    why it ended is told by what it complained of."""
    assert program.stdin is not None  # noqa: S101  programs that take are started with one
    has_ended = False
    for piece in pieces:
        try:
            has_ended = has_ended or not program.stdin.write(piece)
        except BrokenPipeError:
            has_ended = True


def _close(program: "subprocess.Popen[bytes]") -> None:
    assert program.stdin is not None  # noqa: S101  as above
    try:
        program.stdin.close()
    except BrokenPipeError:
        return


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def _refuse_failure(name: str, program: "subprocess.Popen[bytes]", complaints: IO[bytes]) -> None:
    if program.wait() == 0:
        return
    complaints.seek(0)
    lines = [line for line in complaints.read().decode(errors="replace").splitlines() if "error" in line.lower()]
    told = lines[0] if lines else f"it ended with {program.returncode}"
    raise Refused(f"{name} failed, and nothing was changed: {told}")
