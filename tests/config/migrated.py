"""What migrations made, made once: for tests of what stands on it, not of migrating."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection, connections
from django.db.utils import load_backend

from config.roles import MIGRATE
from tests import cluster, database
from tests.config.processes import ROOT


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an embedded platform with its tables, its key and nobody. To be copied; one a run, not a worker."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, being_made = shared / "migrated", shared / "migrating"
    with (shared / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            kept = {name: value for name, value in os.environ.items() if not name.startswith("TEST_")}
            own = {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "VAR_DIR": str(being_made)}
            command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            subprocess.run(command, cwd=ROOT, env=kept | own, check=True)
            being_made.rename(folder)
    return folder


def fill(server: cluster.PostgresCluster) -> None:
    """Give the empty database of a server the tables, walls and grants of the suite's own."""
    given, owner = connection.settings_dict, database.owner()
    who = f"{owner['USER']}:{quote(owner['PASSWORD'], safe='')}"
    suite = f"postgres://{who}@{given['HOST']}:{given['PORT']}/{given['NAME']}"
    dump = subprocess.run(["pg_dump", "--no-owner", suite], capture_output=True, check=True).stdout
    psql = ["psql", "--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1", server.url(MIGRATE)]
    subprocess.run(psql, input=dump, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def asking(server: cluster.PostgresCluster, role: str, *, name: str = "opposable") -> Iterator[None]:
    """This process asks that server, as that role, in place of the suite's database."""
    suite = connections["default"]
    there = {"HOST": "127.0.0.1", "PORT": server.port, "NAME": name, "USER": role, "PASSWORD": ""}
    own = load_backend(suite.settings_dict["ENGINE"]).DatabaseWrapper(suite.settings_dict | there, "default")
    connections["default"] = own
    try:
        yield
    finally:
        own.close()
        connections["default"] = suite
