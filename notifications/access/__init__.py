"""When mails leave and how people want them; what waits in the outbox; a notice by its Message-ID."""

from notifications.access.choices import choice_of, window_of
from notifications.access.messages import notice_ids
from notifications.access.operating import OPEN_STATES, Outbox, outbox

__all__ = ["OPEN_STATES", "Outbox", "choice_of", "notice_ids", "outbox", "window_of"]
