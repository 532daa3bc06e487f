"""`manage.py tick` as cron runs it: processes of their own, in the test's database, without a broker."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings as house
from django.db import connection

from tests.cluster import free_port
from tests.config.processes import ROOT

WITHIN = 120


def environment(folder: Path, *, smtp_port: int) -> dict[str, str]:
    """A Redis that nobody runs stands for the broker."""
    made = {name: value for name, value in os.environ.items() if not name.startswith("TEST_")} | {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "VAR_DIR": str(folder),
        "SECRET_KEY": house.SECRET_KEY,
        "VAULT_KEKS": house.VAULT_KEKS,
        "CELERY_BROKER_URL": f"redis://127.0.0.1:{free_port()}/0",
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
    }
    database = connection.settings_dict
    if connection.vendor == "postgresql":
        where = f"{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
        return made | {"DATABASE_URL": f"postgres://{where}"}
    own = folder / "opposable.sqlite3"
    if not own.exists():
        own.symlink_to(database["NAME"])
    return made


def ticked(count: int, *, now: datetime, environment: dict[str, str]) -> list[dict[str, Any]]:
    """What each of so many tickers said that were started together."""
    command = [sys.executable, "manage.py", "tick", "--json", "--now", now.isoformat()]
    return [json.loads(out) for out in _outputs([command] * count, environment=environment)]


def _outputs(commands: Sequence[list[str]], *, environment: dict[str, str]) -> list[str]:
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for command in commands
    ]
    outputs = []
    for process in running:
        out, errors = process.communicate(timeout=WITHIN)
        assert process.returncode == 0, errors
        outputs.append(out)
    return outputs
