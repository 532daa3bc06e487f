"""The outbox: one row is one promised mail. It holds ids only; words and address are found when it is sent."""

from collections.abc import Collection
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.scope import TenantManager, TenantModel, TenantQuerySet


class NoticeState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    DROPPED = "dropped", "Dropped"
    DEAD = "dead", "Dead"


class DropReason(models.TextChoices):
    NO_ADDRESS = "no_address", "No address"
    STALE = "stale", "No longer true"


_UNSENT = Q(state=NoticeState.DEAD) | Q(state=NoticeState.DROPPED, reason=DropReason.NO_ADDRESS)


class NoticeQuerySet(TenantQuerySet["Notice"]):
    def due(self, now: datetime) -> "NoticeQuerySet":
        """Waiting and its time has come, or taken by a process whose lease ran out."""
        waiting = Q(state=NoticeState.WAITING, next_try_at__lte=now)
        return self.filter(waiting | Q(state=NoticeState.SENDING, lease_until__lt=now))

    def pressing(self, now: datetime, *, kinds: Collection[str], chance: datetime) -> "NoticeQuerySet":
        """Of these kinds, or to leave before the next chance. What is too late already has time again."""
        return self.filter(Q(kind__in=kinds) | Q(leave_by__gt=now, leave_by__lte=chance))

    def dead(self) -> "NoticeQuerySet":
        return self.filter(state=NoticeState.DEAD)

    def without_address(self) -> "NoticeQuerySet":
        return self.filter(state=NoticeState.DROPPED, reason=DropReason.NO_ADDRESS)

    def unsent(self) -> "NoticeQuerySet":
        """Given up or without an address, and nobody answered that yet: a task on the desk."""
        return self.filter(_UNSENT, answered_at=None)


class Notice(TenantModel):
    """`subject_ids` are ids of the kind's own meaning, such as {"case": 12, "deadline": 34}."""

    kind = models.CharField(max_length=60)
    dedupe_key = models.CharField(max_length=120)
    subject_ids = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=NoticeState, default=NoticeState.WAITING)
    reason = models.CharField(max_length=12, choices=DropReason, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    # After this instant the mail would come too late; None: it is never too late.
    leave_by = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    error_class = models.CharField(max_length=60, blank=True)
    message_id = models.CharField(max_length=160)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    # Somebody saw to it in another way: the task is off the desk.
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = TenantManager.from_queryset(NoticeQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "dedupe_key"], name="notice_once"),
            models.UniqueConstraint(fields=["association", "message_id"], name="notice_message_id"),
            models.CheckConstraint(condition=Q(state="sent") ^ Q(sent_at=None), name="notice_sent_at"),
            models.CheckConstraint(condition=Q(state="sending") ^ Q(lease_until=None), name="notice_lease"),
            models.CheckConstraint(condition=Q(state="dropped") ^ Q(reason=""), name="notice_reason"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["association", "next_try_at"], condition=Q(state__in=["waiting", "sending"]), name="notice_due"
            ),
            models.Index(
                fields=["association", "created_at"], condition=_UNSENT & Q(answered_at=None), name="notice_unsent"
            ),
        ]
