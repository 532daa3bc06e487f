"""A throw-away PostgreSQL and a throw-away Redis on loopback, for the time of a test run."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis as redis_client

from config.roles import APP, MIGRATE, ROLES_SQL

READY_WITHIN = 60.0
SUPERUSER = "postgres"


class ServiceMissing(RuntimeError):
    """A program that the main leg needs is not on this machine; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class PostgresCluster:
    port: int

    def url(self, role: str, *, database: str = "opposable") -> str:
        return f"postgres://{role}@127.0.0.1:{self.port}/{database}"

    def environment(self) -> dict[str, str]:
        return {
            "TEST_DATABASE_URL": self.url(APP),
            "TEST_MIGRATE_DATABASE_URL": self.url(MIGRATE),
        }


def postgres_folder() -> Path:
    """Where initdb and postgres stand; Debian keeps them out of PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not versions:
        raise ServiceMissing("PostgreSQL's server is missing: apt-get install postgresql")
    return versions[-1].parent


def program(name: str, *, package: str) -> str:
    found = shutil.which(name)
    if not found:
        raise ServiceMissing(f"{name} is missing: apt-get install {package}")
    return found


def chromium() -> str:
    """The one without windows does the same for less."""
    return shutil.which("chromium-headless-shell") or program("chromium", package="chromium-headless-shell")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def postgres(also: Mapping[str, str] | None = None) -> Iterator[PostgresCluster]:
    """An empty cluster that keeps nothing safe (no fsync), with the roles of production. Raises ServiceMissing.

    `also`: more parameters of the server.
    """
    binaries = postgres_folder()
    with scratch_folder(owner=SUPERUSER) as folder:
        data, port = folder / "data", free_port()
        initdb = f"{binaries}/initdb -D {data} -U {SUPERUSER} -A trust --no-sync -E UTF8 --locale=C.UTF-8"
        subprocess.run(as_postgres(initdb.split()), cwd=folder, check=True, stdout=subprocess.DEVNULL)
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(folder),
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "shared_buffers": "64MB",
            "max_connections": "100",
            "autovacuum": "off",
            "jit": "off",
            "log_min_messages": "fatal",
            "log_min_error_statement": "panic",
        } | dict(also or {})
        flags = [flag for name, value in options.items() for flag in ("-c", f"{name}={value}")]
        cluster = PostgresCluster(port)
        server = as_postgres([f"{binaries}/postgres", "-D", str(data), *flags])
        with running(server, cwd=folder, ready=lambda: prepare(cluster)):
            yield cluster


@contextlib.contextmanager
def redis(*, port: int = 0, **options: object) -> Iterator[str]:
    """Start a Redis that writes nothing to disk; yields its URL. Raises ServiceMissing. 0: any free port."""
    server = program("redis-server", package="redis-server")
    port = port or free_port()
    with scratch_folder() as folder:
        argv = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        argv += [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", str(value))]
        url = f"redis://127.0.0.1:{port}/0"
        with running(argv, cwd=folder, ready=lambda: bool(redis_client.Redis.from_url(url).ping())):
            yield url


def prepare(cluster: PostgresCluster) -> bool:
    """Make the roles of production; the owner may also make, and empty, the tests' databases."""
    url = cluster.url(SUPERUSER, database="postgres")
    with psycopg.connect(url, autocommit=True, connect_timeout=2) as connection:
        connection.execute(ROLES_SQL.read_bytes())
        connection.execute(f"ALTER ROLE {MIGRATE} CREATEDB".encode())
        # Emptying tables between tests must pass the append-only triggers; no role of production has this.
        connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {MIGRATE}".encode())
    return True


def certificate(folder: Path, name: str, *, owner: str = "") -> Path:
    """Of a server at 127.0.0.1, made by itself: `.crt` and `.key` of the path; the key is read by `owner`."""
    made = folder / name
    asked = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}"]
    named = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{made}.key", "-out", f"{made}.crt"]
    subprocess.run(["openssl", *asked, *named], check=True, capture_output=True)
    if owner and os.geteuid() == 0:
        shutil.chown(f"{made}.key", owner)
    return made


def as_postgres(argv: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root: step down to its own user, and end with this process."""
    if os.geteuid() != 0:
        return argv
    user = [f"--reuid={SUPERUSER}", f"--regid={SUPERUSER}", "--init-groups"]
    return [program("setpriv", package="util-linux"), *user, "--pdeathsig=QUIT", "--", *argv]


@contextlib.contextmanager
def scratch_folder(*, owner: str | None = None) -> Iterator[Path]:
    # Not under the run's own TMPDIR: a socket's path is limited to 107 signs.
    folder = Path(tempfile.mkdtemp(prefix="opposable-", dir="/tmp"))
    try:
        if owner and os.geteuid() == 0:
            account = pwd.getpwnam(owner)
            os.chown(folder, account.pw_uid, account.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running(argv: list[str], *, cwd: Path, ready: Callable[[], bool]) -> Iterator[None]:
    # Servers keep the machine's own clock where tests/dates.py moves the suite's: Redis does not start on a moved one.
    kept = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    process = subprocess.Popen(argv, cwd=cwd, env=kept, stdout=subprocess.DEVNULL)
    try:
        wait_until(ready, process=process)
        yield
    finally:
        process.send_signal(signal.SIGINT)  # to PostgreSQL: stop without waiting for its clients
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(ready: Callable[[], bool], *, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(psycopg.OperationalError, redis_client.ConnectionError):
            if ready():
                return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} did not get ready within {READY_WITHIN:.0f} s")
