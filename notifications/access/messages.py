"""A notice by the Message-ID that it was sent with: how an answer, or a report that it did not arrive, finds it."""

from django.db import connection

from accounts.access import ask_database
from notifications.models import Notice


def notice_ids(message_id: str) -> tuple[int, int] | None:
    """Door: (association id, notice id) of a Message-ID with its brackets; None for an unknown one.

    It is random and stands in that one mail: whoever names it has read the mail, or carried it.
    """
    if connection.vendor == "postgresql":
        statement = "SELECT association_id, id FROM notifications_notice_by_message(%s)"
        return next(((row[0], row[1]) for row in ask_database(statement, [message_id])), None)
    return Notice._base_manager.filter(message_id=message_id).values_list("association_id", "pk").first()
