"""`make load`: associations with their cases, asked by volunteers, members, strangers and programs at once.

    python -m tests.load [--cases 200000] [--associations 50] [--users 40] [--seconds 120]

A throw-away PostgreSQL (as the application's role) and Redis, gunicorn with threads and a worker as production starts
them, all on loopback. Ends with 1 when an answer is wrong, a page takes more statements than its budget, or a web
process grows.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from config.roles import APP, MIGRATE
from tests import cluster
from tests.config.processes import eventually, listens, started
from tests.config.production import production
from tests.load.report import holds, lines_of, told
from tests.load.watching import Watch, root_of

ROOT = Path(__file__).resolve().parent.parent.parent
# As an operator would set a small server; nothing must survive.
DATABASE = {"shared_buffers": "512MB", "autovacuum": "on", "work_mem": "8MB", "max_wal_size": "2GB"}
WEB_WORKERS = 2


def main(argv: Sequence[str]) -> int:
    options = _options(argv)
    try:
        with cluster.postgres(DATABASE) as database, cluster.redis() as redis, _folder() as folder:
            return _load(options, database, redis, folder)
    except cluster.ServiceMissing as missing:
        print(missing, file=sys.stderr)
        return 2


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=(__doc__ or "").partition("\n")[0])
    for name, number in (("cases", 200_000), ("associations", 50), ("users", 40), ("seconds", 120)):
        parser.add_argument(f"--{name}", type=int, default=number, help=f"{number}")
    options = parser.parse_args(argv)
    options.associations = max(1, min(options.associations, options.cases // 60))
    return options


def _load(options: argparse.Namespace, database: cluster.PostgresCluster, redis: str, folder: Path) -> int:
    environment = _environment(database, redis, folder)
    plan = _prepare(options, database, environment, folder)
    with _platform(environment, folder) as (port, web, worker):
        roots = {
            "web": web,
            "worker": worker,
            "database": root_of("postgres", f"port={database.port}"),
            "Redis": root_of("redis-server", redis.rsplit(":", 1)[1].removesuffix("/0")),
            "load itself": os.getpid(),
        }
        watch = Watch(roots, memory_of="web")
        with watch.running():
            seen = _ask(options, port, plan, folder)
    lines = lines_of(seen)
    print("\n".join(told(lines, watch, cores=os.cpu_count() or 1)))
    for wrong in sorted({f"{page}: {answer}" for page, _, _, answer in seen if answer}):
        print(f"wrong answer  {wrong}")
    return 0 if holds(lines, watch) else 1


def _environment(database: cluster.PostgresCluster, redis: str, folder: Path) -> dict[str, str]:
    base = redis.removesuffix("/0")
    return production(folder) | {
        "DATABASE_URL": database.url(APP),
        "CELERY_BROKER_URL": f"{base}/0",
        "CACHE_URL": f"{base}/1",
        "VAULT_SAS_URL": f"{base}/2",
        "EMAIL_URL": f"smtp://127.0.0.1:{cluster.free_port()}",  # nobody listens: mails wait in their rows
        "VAULT_UPLOADS": "false",
        "WEB_WORKERS": str(WEB_WORKERS),
        "HOME": str(folder),
    }


def _prepare(
    options: argparse.Namespace, database: cluster.PostgresCluster, environment: dict[str, str], folder: Path
) -> Path:
    """Tables, rights, rows and sessions; where the plan lies."""
    owner = environment | {"DATABASE_URL": database.url(MIGRATE)}
    roles = _manage(["create_roles"], environment)
    superuser = database.url(cluster.SUPERUSER, database="postgres")
    subprocess.run(
        ["psql", "-q", "-v", "ON_ERROR_STOP=1", superuser], input=roles, check=True, stdout=subprocess.DEVNULL
    )
    _manage(["migrate", "--no-input", "--verbosity", "0"], owner)
    _manage(["grant_roles"], owner)
    _manage(["collectstatic", "--no-input", "--verbosity", "0"], environment)
    since = time.monotonic()
    numbers = {
        "associations": options.associations,
        "cases": options.cases,
        "volunteers": 2 * options.users,
        "members": options.users,
    }
    words = [word for name, number in numbers.items() for word in (f"--{name}", str(number))]
    plan = folder / "plan.json"
    with plan.open("wb") as file:
        subprocess.run(
            [sys.executable, "-m", "tests.load.ground", *words], cwd=ROOT, env=environment, stdout=file, check=True
        )
    subprocess.run(["psql", "-q", "-c", "VACUUM ANALYZE", database.url(cluster.SUPERUSER)], check=True)
    print(
        f"{options.cases} cases of {options.associations} associations in {time.monotonic() - since:.0f} s", flush=True
    )
    return plan


def _manage(command: list[str], environment: dict[str, str]) -> bytes:
    ran = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True
    )
    return ran.stdout


@contextlib.contextmanager
def _platform(environment: dict[str, str], folder: Path) -> Iterator[tuple[int, int, int]]:
    """The port, and the first processes of web and worker. What they say stands in `folder`."""
    port, binaries = cluster.free_port(), Path(sys.executable).parent
    gunicorn = ["-c", "python:config.serving", "--bind", f"127.0.0.1:{port}", "tests.load.served:application"]
    celery = [
        "-A",
        "config.celery",
        "worker",
        "--loglevel",
        "WARNING",
        "--concurrency",
        "2",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
    ]
    with (
        started([str(binaries / "gunicorn"), *gunicorn], log=folder / "web.log", environment=environment) as web,
        started([str(binaries / "celery"), *celery], log=folder / "worker.log", environment=environment) as worker,
    ):
        eventually(lambda: listens(port), within=180, what=(folder / "web.log").read_text(errors="replace")[-2000:])
        yield port, web.pid, worker.pid


def _ask(options: argparse.Namespace, port: int, plan: Path, folder: Path) -> list[tuple[str, float, int, str]]:
    """Everybody at once; the first seconds, in which they come, count too."""
    seen = folder / "seen.jsonl"
    words = ["--headless", "--users", str(options.users), "--spawn-rate", "20", "--run-time", f"{options.seconds}s"]
    command = [
        sys.executable,
        "-m",
        "locust",
        "-f",
        "tests/load/people.py",
        "--host",
        f"http://127.0.0.1:{port}",
        *words,
    ]
    environment = os.environ | {"LOAD_PLAN": str(plan), "LOAD_SEEN": str(seen), "PYTHONPATH": str(ROOT)}
    # Its own table says less than ours; it ends with 1 when an answer was wrong, as we do.
    subprocess.run(
        [*command, "--only-summary", "--loglevel", "WARNING"],
        cwd=ROOT,
        env=environment,
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return [tuple(json.loads(line)) for line in seen.read_text(encoding="utf-8").splitlines()]


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="opposable-load-") as name:
        yield Path(name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
