"""After migrating, as the tables' owner: give each role what it may do, and nothing more."""

from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import connection

from config.roles import GRANTS_SQL


class Command(BaseCommand):
    help = "Grant the roles their rights on the tables (PostgreSQL; run as opposable_migrate after each migration)."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL has roles; the embedded database needs no grants.")
        with connection.cursor() as cursor:
            cursor.execute(GRANTS_SQL.read_text(encoding="utf-8"))
        self.stderr.write("The roles have their grants.")
