"""Print the SQL that makes PostgreSQL's roles and database, for its superuser to run."""

from typing import Any

from django.core.management import BaseCommand
from psycopg import sql

from config.roles import APP, GRANTS_SQL, MIGRATE, PURGE, ROLES_SQL, STATS
from config.settings.given import secret

# Which secret (NAME, or the file that NAME_FILE points to) holds the password of which role.
PASSWORDS = {
    MIGRATE: "MIGRATE_PASSWORD",
    APP: "DATABASE_PASSWORD",
    PURGE: "PURGE_PASSWORD",
    STATS: "STATS_PASSWORD",
}


class Command(BaseCommand):
    help = "Print the SQL of roles, database and grants, for `psql -v ON_ERROR_STOP=1` as the superuser."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        roles, grants = (path.read_text(encoding="utf-8") for path in (ROLES_SQL, GRANTS_SQL))
        for part in (roles, *passwords(), DATABASE, grants):
            self.stdout.write(part)


# \gexec and \connect are psql's: CREATE DATABASE knows no IF NOT EXISTS and cannot stand in a block.
DATABASE = """
SELECT 'CREATE DATABASE opposable OWNER opposable_migrate'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'opposable')
\\gexec
\\connect opposable
"""


def passwords() -> list[str]:
    """A role without a secret gets no password, so that it can only come in where the server trusts it."""
    given = {role: secret(name) for role, name in PASSWORDS.items()}
    statement = sql.SQL("ALTER ROLE {role} PASSWORD {password};")
    return [
        statement.format(role=sql.Identifier(role), password=sql.Literal(password)).as_string()
        for role, password in given.items()
        if password
    ]
