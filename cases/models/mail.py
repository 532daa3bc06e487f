"""Mail that came in, and mail that did not arrive."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import SealedModel, SealedTextField
from accounts.models import User
from accounts.scope import TenantManager, TenantModel, TenantQuerySet
from cases.models.case import Case
from cases.models.event import CaseEvent
from cases.models.people import Member
from notifications.models import Notice


class MailBounce(TenantModel):
    """A report that a notice did not arrive. `address_index`: of the address that it was sent to, as the member's."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="bounces")
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="+")
    address_index = models.CharField(max_length=64)
    code = models.CharField(max_length=12, blank=True)
    is_hard = models.BooleanField()
    at = models.DateTimeField()

    objects = TenantManager["MailBounce"]()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["notice", "is_hard"], name="bounce_once")]
        indexes: ClassVar = [models.Index(fields=["association", "member"], name="bounce_of")]


class MailState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    FILED = "filed", "Filed"
    READ = "read", "Read"
    DISCARDED = "discarded", "Discarded"


class Doubt(models.TextChoices):
    """Why nobody but a volunteer may say where it belongs."""

    NONE = "", ""
    UNVERIFIED = "unverified", _("Écrit à l’adresse d’un dossier, mais pas depuis celle de la personne")
    UNADDRESSED = "unaddressed", _("N’indique aucun dossier")


class InboundMailQuerySet(TenantQuerySet["InboundMail"]):
    def waiting(self) -> "InboundMailQuerySet":
        """For somebody to attach or discard."""
        return self.filter(state=MailState.WAITING)

    def to_read(self) -> "InboundMailQuerySet":
        """On a case already, and nobody said that they read it."""
        return self.filter(state=MailState.FILED)


class InboundMail(TenantModel, SealedModel):
    """A message for the team. While it waits its words are sealed here, under a key of its own; on a case they are the
    note of `event`, and this row is empty.

    `mark`: a keyed hash by which the same message is known again. `case`: the one it is on, or that its address names.
    `left_out`: files that were not kept.
    """

    state = models.CharField(max_length=10, choices=MailState)
    doubt = models.CharField(max_length=12, choices=Doubt, blank=True)
    mark = models.CharField(max_length=64)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey(CaseEvent, null=True, on_delete=models.PROTECT, related_name="+")
    sender_index = models.CharField(max_length=64, blank=True)
    sender = SealedTextField()
    sender_name = SealedTextField()
    title = SealedTextField()
    text = SealedTextField()
    is_masked = models.BooleanField(default=False)
    left_out = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = TenantManager.from_queryset(InboundMailQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "mark"], name="inbound_mail_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["filed", "read"], case__isnull=False, event__isnull=False)
                | (~models.Q(state__in=["filed", "read"]) & models.Q(event=None)),
                name="inbound_mail_on_its_case",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["association", "state", "-received_at"],
                condition=models.Q(state__in=["waiting", "filed"]),
                name="inbound_mail_open",
            ),
            models.Index(fields=["association", "received_at"], name="inbound_mail_age"),
            models.Index(fields=["association", "case"], name="inbound_mail_of"),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk}"
