"""The four roles of PostgreSQL and their grants: one text for production, the containers and the tests."""

from pathlib import Path

MIGRATE = "opposable_migrate"
APP = "opposable_app"
PURGE = "opposable_purge"
STATS = "opposable_stats"

_FOLDER = Path(__file__).resolve().parent / "deploy"
ROLES_SQL = _FOLDER / "roles.sql"
GRANTS_SQL = _FOLDER / "grants.sql"
