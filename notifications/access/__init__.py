"""When mails leave and how people want them; what waits in the outbox."""

from notifications.access.choices import choice_of, window_of
from notifications.access.operating import OPEN_STATES, Outbox, outbox

__all__ = ["OPEN_STATES", "Outbox", "choice_of", "outbox", "window_of"]
