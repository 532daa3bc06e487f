"""`manage.py move_database --to URL`: from the embedded database to PostgreSQL, all of it or nothing."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand

from config.copies import moving
from config.management.commands.runplatform import hold


class Command(BaseCommand):
    help = (
        "Copy every row of the embedded database into an empty PostgreSQL database, as opposable_migrate, in one "
        "transaction, and compare the counts. The embedded one stays as it is; sealed files stay where they are."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to",
            required=True,
            metavar="URL",
            help="postgres://opposable_migrate@host/opposable; its password in MIGRATE_PASSWORD",
        )
        parser.add_argument("--json", action="store_true", help="one line: tables (rows by name), rows")

    def handle(self, *args: Any, **options: Any) -> None:
        with hold(settings.VAR_DIR):
            moved = moving.move(options["to"])
        rows = sum(table.rows for table in moved.values())
        if options["json"]:
            self.stdout.write(json.dumps({"tables": {name: one.rows for name, one in moved.items()}, "rows": rows}))
            return
        self.stdout.write(
            f"{rows} rows of {len(moved)} tables moved and compared. Now set DATABASE_URL to the same database as "
            "opposable_app, and CELERY_BROKER_URL and CACHE_URL to a Redis; keep VAULT_KEKS, SECRET_KEY and VAR_DIR."
        )
