"""Whoever watches over an association is told by mail that an alert waits: never which, nor about whom."""

from datetime import datetime, timedelta

import notifications.actions
from accounts.access import alerts_since, concerns, readers_of_alerts, who_saw
from notifications.actions import NoticeRow

SECURITY_ALERT = "security_alert"
_STILL_NEWS = timedelta(days=14)


def tell_of_alerts(*, at: datetime) -> int:
    """Promise a mail for each new alert to each of them but the one it is about; how many are new. Needs the scope.

    An alert is raised while somebody reads, which writes nothing but its record: the mail is promised by the tick. Who
    saw it before the tick hides it from none of the others.
    """
    alerts = list(alerts_since(at - _STILL_NEWS))
    if not alerts:
        return 0
    seen = who_saw(alerts)
    watching = [one for one in readers_of_alerts() if one.user.email_index]
    rows = [
        NoticeRow(
            kind=SECURITY_ALERT,
            dedupe_key=f"alert:{alert.pk}:{one.pk}",
            ids={"alert": alert.pk, "membership": one.pk},
        )
        for alert in alerts
        for one in watching
        if one.joined_at <= alert.at and not concerns(alert, one) and one.user_id != seen.get(alert.pk)
    ]
    return notifications.actions.queue_many(rows, at=at) if rows else 0
