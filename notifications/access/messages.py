"""A notice by the Message-ID that it was sent with: how an answer, or a report that it did not arrive, finds it."""

from django.db import connection

from notifications.models import Notice


def notice_ids(message_id: str) -> tuple[int, int] | None:
    """Door: (association id, notice id) of a Message-ID with its brackets; None for an unknown one.

    It is random and stands in that one mail: whoever names it has read the mail, or carried it.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT association_id, id FROM notifications_notice_by_message(%s)", [message_id])
            row: tuple[int, int] | None = cursor.fetchone()
            return row
    return Notice._base_manager.filter(message_id=message_id).values_list("association_id", "pk").first()
