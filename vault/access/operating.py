"""What operators ask of every association's deposits at once: counts and instants, never a deposit."""

from django.db import connection
from django.db.models import Count, Min
from django.db.models.functions import Coalesce

from accounts import scope
from accounts.access import Backlog, ask_database
from accounts.models import Association
from vault.models.deposit import UNDER_WAY, Deposit

# Somebody confirmed it, and the worker has yet to seal it: shown and confirmed are one state in the table.
CONFIRMED = "CONFIRME"


def deposits_under_way() -> dict[str, Backlog]:
    """Door: by state, with CONFIRMED for what waits to be sealed; a state that none is in counts 0. One query."""
    found = {state: Backlog() for state in (*map(str, UNDER_WAY), CONFIRMED)}
    if connection.vendor == "postgresql":
        rows = ask_database("SELECT state, deposits, oldest FROM vault_under_way()")
        return found | {state: Backlog(count, oldest) for state, count, oldest in rows}
    for pk in Association.objects.order_by("pk").values_list("pk", flat=True):
        for state, backlog in _under_way(pk).items():
            found[state] += backlog
    return found


def _under_way(association_id: int) -> dict[str, Backlog]:
    since = Coalesce("confirmed_at", "created_at")
    with scope.enter(association_id):
        rows = Deposit.objects.all().under_way().order_by()
        confirmed = rows.filter(confirmed_at__isnull=False).aggregate(count=Count("pk"), oldest=Min(since))
        others = rows.filter(confirmed_at=None).values("state").annotate(count=Count("pk"), oldest=Min(since))
        found = {row["state"]: Backlog(row["count"], row["oldest"]) for row in others}
    return found | {CONFIRMED: Backlog(confirmed["count"], confirmed["oldest"])}
