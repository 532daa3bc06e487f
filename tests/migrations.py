"""Do the migrations since the last release lock out, or break, the version that runs while they do?

    python -m tests.migrations

From the first tag on: each migration that the last tag does not have is turned into PostgreSQL's SQL (`sqlmigrate`)
and read by squawk. Before it nothing runs anywhere, and migrations may still be rewritten: it says so.
"""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psycopg

from config.roles import MIGRATE
from tests import cluster

ROOT = Path(__file__).resolve().parent.parent
# "app.name: rule" of a migration that must do what squawk refuses, and why nobody is locked out or broken by it.
ADMITTED: dict[str, str] = {}
# What squawk asks for beside locks and running versions, and why we do otherwise.
NOT_OURS = {
    "prefer-bigint-over-int": "Django's choice for the field",
    "prefer-bigint-over-smallint": "Django's choice for the field",
    "prefer-text-field": "Django's choice for the field; squawk refuses the widening itself",
    "prefer-robust-stmts": "each migration is one transaction: it is applied whole or not at all",
    "require-lock-timeout": "the role opposable_migrate has one (config/deploy/roles.sql)",
    "require-statement-timeout": "a table may take as long as it takes; nobody waits for it without a lock",
    "transaction-nesting": "the BEGIN of sqlmigrate is the transaction itself",
}


def complaints(sql: str) -> list[str]:
    """What squawk says of a migration's SQL, "rule, line N: message"; [] when nothing."""
    squawk = shutil.which("squawk", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if not squawk:
        raise cluster.ServiceMissing("squawk is missing: pip install squawk-cli (requirements-dev.txt)")
    options = ["--assume-in-transaction", "--pg-version", "15", "--reporter", "json", "--exclude", ",".join(NOT_OURS)]
    done = subprocess.run([squawk, *options], input=sql, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout or "[]")
    return [f"{one['rule_name']}, line {one['line'] + 1}: {one['message']}" for one in found]


def last_tag(root: Path = ROOT) -> str:
    """ "" before the first release."""
    described = ["git", "describe", "--tags", "--abbrev=0"]
    done = subprocess.run(described, cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def migrations_since(tag: str, root: Path = ROOT) -> list[tuple[str, str]]:
    """(app, name) of the migrations that the tag does not have."""
    changed = ["git", "diff", "--name-only", "--diff-filter=A", tag, "--", "*/migrations/0*.py"]
    names = subprocess.run(changed, cwd=root, capture_output=True, text=True, check=True).stdout.split()
    return sorted((path.parts[0], path.stem) for path in map(Path, names))


def sql_of(migrations: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Each migration in PostgreSQL's words, by "app.name"; nothing is run."""
    found = {}
    with cluster.postgres() as server:
        with psycopg.connect(server.url(cluster.SUPERUSER, database="postgres"), autocommit=True) as superuser:
            superuser.execute(f"CREATE DATABASE opposable OWNER {MIGRATE}".encode())
        os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "DATABASE_URL": server.url(MIGRATE)}
        import django
        from django.core.management import call_command

        django.setup()
        for app, name in migrations:
            said = io.StringIO()
            call_command("sqlmigrate", app, name, stdout=said, no_color=True)
            found[f"{app}.{name}"] = said.getvalue()
    return found


def main() -> int:
    tag = last_tag()
    if not tag:
        print("--- migrations: no release yet, hence no version that they could lock out or break")
        return 0
    told = [f"{name}: {one}" for name, sql in sql_of(migrations_since(tag)).items() for one in complaints(sql)]
    wrong = [one for one in told if one.partition(",")[0] not in ADMITTED]
    print("".join(f"{one}\n" for one in wrong), end="")
    print(f"--- migrations since {tag}: {'see docs/decisions/0013-expand-and-contract.md' if wrong else 'sound'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
