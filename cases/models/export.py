"""A list of many cases in one file: asked for by one person, approved by another, taken once."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import SealedModel, SealedTextField
from accounts.models import User
from accounts.scope import TenantManager, TenantModel, TenantQuerySet


class ExportQuerySet(TenantQuerySet["Export"]):
    def waiting(self, now: datetime) -> "ExportQuerySet":
        return self.filter(decided_at=None, expires_at__gt=now)

    def ready(self, now: datetime) -> "ExportQuerySet":
        return self.filter(is_approved=True, taken_at=None, expires_at__gt=now)


class Export(TenantModel, SealedModel):
    """`filter`: codes only. `count`: the cases that it named when it was asked for, none of them newer than `up_to`.

    `approved_count`: those that it named when it was approved; more than these are never handed out. `expires_at` moves
    on approval.
    """

    filter = models.JSONField(default=dict)
    with_people = models.BooleanField()
    count = models.PositiveIntegerField()
    up_to = models.BigIntegerField()
    approved_count = models.PositiveIntegerField(null=True)
    reason = SealedTextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_approved = models.BooleanField(default=False)
    taken_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(ExportQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(is_approved=False) | ~models.Q(decided_by=models.F("asked_by")),
                name="export_by_two",
                violation_error_message=_("Une autre personne doit approuver cet export."),
            ),
            # `seal_id` is the form's own token: two submits of one form are one request.
            models.UniqueConstraint(fields=["association", "seal_id"], name="export_form_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["association", "-id"], name="export_newest")]
