"""One run: tables, ground, then each job against its rivals, told as it goes."""

from collections.abc import Callable, Iterable

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bench import ground, report
from bench.database import Laboratory
from bench.jobs import JOBS
from bench.measure import Result, compare
from config.roles import GRANTS_SQL, MIGRATE


def measured(
    names: Iterable[str], *, rows: int, rounds: int, laboratory: Laboratory, say: Callable[[str], None]
) -> list[Result]:
    """The results in the order of `names`, each said as soon as it is known."""
    migrate()
    say(f"{laboratory.name}; {rows} cases in one association and a tenth in another; {rounds} rounds of A B B A")
    settled = ground.prepare(rows=rows, at=timezone.now(), tidy=laboratory.tidy)
    say(report.HEAD)
    results = []
    for name in names:
        for comparison in JOBS[name](settled):
            results.append(compare(comparison, rounds=rounds, database=laboratory.database))
            say(report.line(results[-1]))
    return results


def migrate() -> None:
    """Make the tables; on PostgreSQL as their owner, then step down to the application's role."""
    if connection.vendor != "postgresql":
        call_command("migrate", verbosity=0)
        return
    application = str(connection.settings_dict["USER"])
    _become(MIGRATE)
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(GRANTS_SQL.read_text(encoding="utf-8"))
    _become(application)


def _become(role: str) -> None:
    connection.close()
    connection.settings_dict["USER"] = role
