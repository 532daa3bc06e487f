"""When the mails of an association leave, and how somebody wants those of the association in scope."""

import logging
from uuid import UUID

from accounts.models import Association
from notifications.models import MailChoice
from notifications.rules.kinds import Audience
from notifications.rules.modes import Choice
from notifications.rules.windows import Window

log = logging.getLogger(__name__)


def choice_of(user: UUID | None, *, audience: Audience) -> Choice:
    """The usual one for whoever chose nothing, and for whoever has no account."""
    row = MailChoice.objects.filter(user=user, audience=audience).first() if user else None
    return row.plain if row else Choice()


def window_of(association: Association) -> Window:
    """The usual hours stand for a choice that cannot be read: it stops neither its own mails nor the others'."""
    try:
        return Window(
            opens=association.sends_from,
            closes=association.sends_until,
            weekdays=frozenset(map(int, association.sends_on)),
            time_zone=association.time_zone,
        )
    except ValueError:
        log.warning("association %s: its window cannot be read, mails leave at the usual hours", association.pk)
        return Window()
