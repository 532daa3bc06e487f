"""Who follows a case hears that a justificatif arrived, unless they brought it themselves."""

from datetime import datetime

import notifications.actions
from accounts.models import User
from cases.models import Case, Justificatif

JUSTIFICATIF_ARRIVED = "justificatif_arrived"


def announce_arrival(justificatif: Justificatif, *, case: Case, by: User | None, at: datetime) -> None:
    """In the caller's transaction. A decoy tells nobody."""
    if case.assigned_to_id is None or (by and by.pk == case.assigned_to_id) or case.is_canary:
        return
    notifications.actions.queue(
        kind=JUSTIFICATIF_ARRIVED,
        dedupe_key=f"justificatif:{justificatif.pk}:arrived",
        ids={"justificatif": justificatif.pk},
        at=at,
    )
