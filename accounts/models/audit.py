"""Who did what, when and why: append-only, ids and field names only, hash-chained per association."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from accounts.models.people import User
from accounts.rules.audit import ALERTS, About, AuditKind, Why
from accounts.scope import AppendOnly, ChainedQuerySet, TenantManager, TenantModel, required


class AuditEntryQuerySet(ChainedQuerySet["AuditEntry"]):
    def record(
        self,
        kind: AuditKind,
        *,
        at: datetime,
        by: User | None,
        about: About = About.NOTHING,
        about_id: object = "",
        why: Why = Why.NOTHING,
        **payload: str | int | bool | list[str],
    ) -> "AuditEntry":
        """Write one entry in the association in scope. `by=None`: the platform or its operator."""
        entry: AuditEntry = self.create(
            association_id=required(),
            kind=kind,
            at=at,
            by=by,
            about=about,
            about_id=str(about_id),
            why=why,
            payload=payload,
        )
        return entry

    def unchained(self) -> "AuditEntryQuerySet":
        return self.filter(hash="").order_by("pk")

    def chained(self) -> "AuditEntryQuerySet":
        return self.exclude(hash="").order_by("place")


class AuditEntry(TenantModel, AppendOnly):
    kind = models.CharField(max_length=24, choices=[(kind.value, kind.value) for kind in AuditKind])
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in About], blank=True)
    about_id = models.CharField(max_length=36, blank=True)
    why = models.CharField(max_length=12, choices=[(why.value, why.value) for why in Why], blank=True)
    payload = models.JSONField(default=dict)
    place = models.PositiveIntegerField(null=True, blank=True)
    hash = models.CharField(max_length=64, blank=True)

    objects = TenantManager.from_queryset(AuditEntryQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "place"], name="audit_place_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["association", "by", "at"], name="audit_by"),
            models.Index(fields=["association", "about", "about_id", "at"], name="audit_about"),
            models.Index(fields=["association", "-id"], name="audit_newest"),
            models.Index(
                fields=["association", "-id"], condition=models.Q(kind__in=sorted(ALERTS)), name="audit_alerts"
            ),
            models.Index(fields=["association", "id"], condition=models.Q(hash=""), name="audit_unchained"),
        ]
