"""What was let go: counts by day, without a word of what it was."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.scope import AppendOnly, AppendOnlyQuerySet, TenantManager, TenantModel


class PurgeCause(models.TextChoices):
    RETENTION = "retention", _("Durée de conservation atteinte")
    ERASURE = "erasure", _("Effacement demandé")
    AGE = "age", _("Trace devenue inutile")


class PurgeLineQuerySet(AppendOnlyQuerySet["PurgeLine"]):
    def newest(self) -> "PurgeLineQuerySet":
        return self.order_by("-purged_on", "table", "-pk")


class PurgeLine(TenantModel, AppendOnly):
    """So many rows of one table went on that day. `table`: "cases.Case"; keys count as "accounts.DataKey"."""

    purged_on = models.DateField()
    table = models.CharField(max_length=40)
    cause = models.CharField(max_length=12, choices=PurgeCause)
    count = models.PositiveIntegerField()

    objects = TenantManager.from_queryset(PurgeLineQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(count__gt=0), name="purge_of_something"),
        ]
        indexes: ClassVar = [models.Index(fields=["association", "-purged_on", "-id"], name="purge_newest")]

    def __str__(self) -> str:
        return f"{self.table} {self.purged_on}"
