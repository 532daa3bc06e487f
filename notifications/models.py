"""The outbox: one row is one promised mail. It holds ids only; words and address are found when it is sent."""

from collections.abc import Collection
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.scope import TenantManager, TenantModel, TenantQuerySet
from notifications.rules.kinds import DIGESTS, Audience
from notifications.rules.modes import Choice, Mode


class NoticeState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    DROPPED = "dropped", "Dropped"
    DEAD = "dead", "Dead"
    HELD = "held", "Held for the day's mail"


class DropReason(models.TextChoices):
    NO_ADDRESS = "no_address", "No address"
    STALE = "stale", "No longer true"
    UNWANTED = "unwanted", "Its reader wants none: it shows on the pages"


# A day's mail that did not leave is no task: what it held leaves by itself, each with its own end.
_UNSENT = Q(state=NoticeState.DEAD) | Q(state=NoticeState.DROPPED, reason=DropReason.NO_ADDRESS)
_UNSENT &= ~Q(kind__in=list(DIGESTS.values()))


class NoticeQuerySet(TenantQuerySet["Notice"]):
    def due(self, now: datetime) -> "NoticeQuerySet":
        """Waiting and its time has come, or taken by a process whose lease ran out."""
        waiting = Q(state=NoticeState.WAITING, next_try_at__lte=now)
        return self.filter(waiting | Q(state=NoticeState.SENDING, lease_until__lt=now))

    def pressing(self, now: datetime, *, kinds: Collection[str], chance: datetime) -> "NoticeQuerySet":
        """Of these kinds, or to leave before the next chance. What is too late already has time again."""
        return self.filter(Q(kind__in=kinds) | Q(leave_by__gt=now, leave_by__lte=chance))

    def held_by(self, *digests: int) -> "NoticeQuerySet":
        return self.filter(state=NoticeState.HELD, digest__in=digests)

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
    # The mail of the day that takes it along: it is sent when that one is.
    digest = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
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
            models.CheckConstraint(condition=Q(state="held") ^ Q(digest=None), name="notice_held"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["association", "next_try_at"], condition=Q(state__in=["waiting", "sending"]), name="notice_due"
            ),
            models.Index(fields=["association", "digest"], condition=Q(state="held"), name="notice_held_by"),
            models.Index(
                fields=["association", "created_at"], condition=_UNSENT & Q(answered_at=None), name="notice_unsent"
            ),
            models.Index(fields=["message_id"], name="notice_by_message"),
        ]


class MailChoice(TenantModel):
    """When and how one person wants the mails of one association; without a row: at once, at any of its hours."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=6, choices=[(one.value, one.value) for one in Audience])
    mode = models.CharField(max_length=6, choices=[(one.value, one.value) for one in Mode], default=Mode.MAIL.value)
    digest_at = models.PositiveSmallIntegerField(default=18)
    quiet_from = models.PositiveSmallIntegerField(null=True)
    quiet_until = models.PositiveSmallIntegerField(null=True)

    objects = TenantManager["MailChoice"]()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "user", "audience"], name="mail_choice_once"),
            models.CheckConstraint(
                condition=Q(digest_at__lt=24)
                & (
                    Q(quiet_from=None, quiet_until=None)
                    | (
                        Q(quiet_from__isnull=False, quiet_from__lt=24, quiet_until__isnull=False, quiet_until__lt=24)
                        & ~Q(quiet_from=F("quiet_until"))
                    )
                ),
                name="mail_choice_hours",
                violation_error_message="Les heures vont de 0 à 23, et le calme a un début et une fin.",
            ),
        ]

    @property
    def plain(self) -> Choice:
        return Choice(
            mode=Mode(self.mode), digest_at=self.digest_at, quiet_from=self.quiet_from, quiet_until=self.quiet_until
        )
