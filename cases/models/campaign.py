"""A campaign gathers cases around one or several procedures."""

from datetime import date
from typing import ClassVar

from django.db import models

from accounts.scope import TenantManager, TenantModel, TenantQuerySet


class CampaignQuerySet(TenantQuerySet["Campaign"]):
    def open_on(self, today: date) -> "CampaignQuerySet":
        return self.filter(opens_on__lte=today).exclude(closes_on__lt=today)


class Campaign(TenantModel):
    """`declared_size`: how many members the association expects; it chooses the figures' profile, never the data."""

    title = models.CharField(max_length=120)
    slug = models.SlugField()
    procedures = models.JSONField(default=list)
    opens_on = models.DateField()
    closes_on = models.DateField(null=True, blank=True)
    declared_size = models.PositiveIntegerField(default=100)
    horizon_days = models.PositiveSmallIntegerField(default=90)

    objects = TenantManager.from_queryset(CampaignQuerySet)()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["association", "slug"], name="campaign_slug_once")]

    def __str__(self) -> str:
        return self.title
