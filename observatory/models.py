"""Plans, pseudonymous events, the ledger of what was paid, and releases with their files.

A campaign is known here by its id alone: cases' tables are out of reach, only `cases.tallies` is read.
"""

from fractions import Fraction
from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models

from accounts.scope import AppendOnly, AppendOnlyQuerySet, TenantManager, TenantModel, TenantQuerySet
from observatory.rules.budget import Charge
from observatory.rules.lifecycle import FINAL, State
from observatory.rules.periods import Period
from observatory.rules.profiles import Profile, table_of
from observatory.rules.tables import Kind, Table

CHARGED_HERE = "association"


class ReleaseIsPublished(TypeError):
    """A published release stays as it is: an error is mended by another release that says so."""


class StatPlanQuerySet(TenantQuerySet["StatPlan"]):
    def unmeasured(self) -> "StatPlanQuerySet":
        return self.filter(measured_at=None)


class StatPlan(TenantModel):
    """How one campaign is counted; chosen from what was declared, and fixed by its first measure.

    Events are frozen for every day before `events_until`.
    """

    campaign_id = models.BigIntegerField()
    title = models.CharField(max_length=120)
    profile = models.CharField(max_length=8, choices=[(profile.value, profile.value) for profile in Profile])
    horizon_days = models.PositiveSmallIntegerField()
    declared_size = models.PositiveIntegerField()
    events_until = models.DateField(null=True, blank=True)
    measured_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(StatPlanQuerySet)()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["association", "campaign_id"], name="statplan_once")]

    def table(self, key: str) -> Table:
        """Raises UnknownTable."""
        return table_of(Profile(self.profile), key)


class StatEventQuerySet(TenantQuerySet["StatEvent"]):
    def of_campaign(self, campaign_id: int) -> "StatEventQuerySet":
        return self.filter(campaign_id=campaign_id)

    def within(self, period: Period) -> "StatEventQuerySet":
        return self.filter(month__gte=period.first, month__lt=period.after)


class StatEvent(TenantModel):
    """One person counted in one campaign: codes and a month, under a key that leads back to nobody without cases' own.

    `confirmed_on` is the last freeze that found the person still consenting.
    """

    campaign_id = models.BigIntegerField()
    person_key = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in Kind])
    month = models.DateField()
    procedure = models.CharField(max_length=80, blank=True)
    channel = models.CharField(max_length=40, blank=True)
    region = models.CharField(max_length=10, blank=True)
    outcome5 = models.CharField(max_length=20, blank=True)
    delay_class = models.CharField(max_length=10, blank=True)
    deadline_respected = models.BooleanField(null=True, blank=True)
    confirmed_on = models.DateField()

    objects = TenantManager.from_queryset(StatEventQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "campaign_id", "person_key", "kind"], name="statevent_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in Kind]), name="statevent_kind_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["association", "campaign_id", "kind", "month"],
                include=["procedure", "channel", "region", "outcome5", "delay_class", "deadline_respected"],
                name="statevent_counting",
            )
        ]

    @classmethod
    def carries(cls, table: Table) -> bool:
        """Has an event every column that the table needs?"""
        columns = {field.name for field in cls._meta.concrete_fields}
        return all(dimension.field in columns for dimension in table.dimensions)


class CountedPersonQuerySet(TenantQuerySet["CountedPerson"]):
    def of_campaign(self, campaign_id: int) -> "CountedPersonQuerySet":
        return self.filter(campaign_id=campaign_id)


class CountedPerson(TenantModel):
    """What stays when an event is deleted after its last table: that this key has been counted, hence never again."""

    campaign_id = models.BigIntegerField()
    person_key = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in Kind])

    objects = TenantManager.from_queryset(CountedPersonQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "campaign_id", "person_key", "kind"], name="counted_once")
        ]


class LedgerLineQuerySet(AppendOnlyQuerySet["LedgerLine"]):
    def of_campaign(self, campaign_id: int) -> "LedgerLineQuerySet":
        return self.filter(campaign_id=campaign_id)


class LedgerLine(TenantModel, AppendOnly):
    """What a table cost each person of a campaign. There is no second draw: one line per table and period, for ever."""

    campaign_id = models.BigIntegerField()
    scope = models.CharField(max_length=12, default=CHARGED_HERE)
    table = models.CharField(max_length=8)
    period = models.CharField(max_length=8)
    numerator = models.PositiveIntegerField()
    denominator = models.PositiveIntegerField()
    charged_at = models.DateTimeField()

    objects = TenantManager.from_queryset(LedgerLineQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "campaign_id", "scope", "table", "period"], name="ledgerline_once"
            ),
            models.CheckConstraint(condition=models.Q(numerator__gt=0, denominator__gt=0), name="ledgerline_costs"),
        ]

    @property
    def charge(self) -> Charge:
        return Charge(scope=self.scope, table=self.table, epsilon=Fraction(self.numerator, self.denominator))


class ReleaseQuerySet(TenantQuerySet["Release"]):
    def published(self) -> "ReleaseQuerySet":
        return self.filter(state=State.PUBLISHED)

    def ended(self) -> "ReleaseQuerySet":
        return self.filter(state__in=FINAL)

    def newest_first(self) -> "ReleaseQuerySet":
        return self.order_by("-period", "-pk")

    def update(self, **kwargs: Any) -> int:
        self._refuse_published()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_published()
        return super().delete()

    def _refuse_published(self) -> None:
        if self.published().exists():
            _refuse()


class Release(TenantModel):
    """One table of one period on its way to the public, with the words that go with it."""

    plan = models.ForeignKey(StatPlan, on_delete=models.PROTECT, related_name="releases")
    profile = models.CharField(max_length=8, choices=[(profile.value, profile.value) for profile in Profile])
    table = models.CharField(max_length=8)
    period = models.CharField(max_length=8)
    version = models.PositiveSmallIntegerField(default=1)
    slug = models.SlugField(max_length=100)
    title = models.CharField(max_length=120)
    publisher = models.CharField(max_length=120)
    method_fr = models.TextField()
    method_en = models.TextField()
    state = models.CharField(
        max_length=10, choices=[(state.value, state.value) for state in State], default=State.DRAFT
    )
    measured_at = models.DateTimeField()
    measured_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    rejected_at = models.DateTimeField(null=True)
    rejected_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = TenantManager.from_queryset(ReleaseQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "slug"], name="release_slug_once"),
            models.UniqueConstraint(fields=["association", "plan", "table", "period", "version"], name="release_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]), name="release_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.PUBLISHED.value, reviewed_at__isnull=False, published_at__isnull=False)
                | (~models.Q(state=State.PUBLISHED.value) & models.Q(published_at=None)),
                name="release_published_after_review",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["slug"], condition=models.Q(state=State.PUBLISHED.value), name="release_public_slug")
        ]

    @property
    def declaration(self) -> Table:
        """Without the plan, which readers of a published release cannot see."""
        return table_of(Profile(self.profile), self.table)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            self._refuse_when_published()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self._refuse_when_published()
        return super().delete(*args, **kwargs)

    def _refuse_when_published(self) -> None:
        if Release._base_manager.filter(pk=self.pk, state=State.PUBLISHED).exists():
            _refuse()


class ReleaseFileQuerySet(AppendOnlyQuerySet["ReleaseFile"]):
    """Refuses changes in bulk too."""


class ReleaseFile(TenantModel, AppendOnly):
    """A file of a release, byte for byte as it was measured."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="files")
    path = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    content = models.BinaryField()

    objects = TenantManager.from_queryset(ReleaseFileQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "release", "path"], name="releasefile_once")
        ]


def _refuse() -> NoReturn:
    raise ReleaseIsPublished("A published release stays as it is.")
