"""What proves the journals to others: a root a day over what moved, and what an authority said about it."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from django.db import models

from accounts.scope import AppendOnly, AppendOnlyQuerySet, TenantManager, TenantModel
from cases.models.case import Case
from cases.models.justificatif import Justificatif
from cases.rules import evidence
from cases.rules.evidence import Leaf, LeafKind
from cases.rules.lifecycle import State


class EvidenceRootQuerySet(AppendOnlyQuerySet["EvidenceRoot"]):
    def unstamped(self) -> "EvidenceRootQuerySet":
        return self.filter(token=None).order_by("day")

    def stamp(self, pk: int, *, token: bytes, at: datetime) -> bool:
        """The one change that a root admits, once. False when somebody else's token came first."""
        return bool(models.QuerySet.update(self.filter(pk=pk, token=None), token=token, stamped_at=at))


class EvidenceRoot(TenantModel, AppendOnly):
    """`size`: leaves of its tree. `token`: the authority's RFC 3161 answer, in DER; `stamped_at`: its instant."""

    day = models.DateField()
    size = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    token = models.BinaryField(null=True)
    stamped_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(EvidenceRootQuerySet)()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["association", "day"], name="evidence_once_a_day")]

    @property
    def statement(self) -> bytes:
        return evidence.statement_of(day=self.day.isoformat(), size=self.size, root=self.root)


class EvidenceLeafQuerySet(AppendOnlyQuerySet["EvidenceLeaf"]):
    def unname(self, case_ids: Sequence[int]) -> int:
        """By the purge role, of cases that are erased: the hash stays, since later roots stand on it. How many."""
        rows = self.filter(case__in=case_ids, case__state=State.ERASED)
        return models.QuerySet.update(rows, case=None, justificatif=None)

    def of(self, root: EvidenceRoot) -> "EvidenceLeafQuerySet":
        """The leaves of one tree, in its order."""
        return self.filter(root=root).order_by("number")


class EvidenceLeaf(TenantModel, AppendOnly):
    """One leaf of a day's tree; `place`: where the case's chain ended. No case: the root before stands here."""

    root = models.ForeignKey(EvidenceRoot, on_delete=models.PROTECT, related_name="leaves")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in LeafKind])
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    justificatif = models.OneToOneField(Justificatif, null=True, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveIntegerField(null=True)
    content = models.JSONField()

    objects = TenantManager.from_queryset(EvidenceLeafQuerySet)()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["root", "number"], name="evidence_leaf_once")]
        indexes: ClassVar = [models.Index(fields=["case", "-place"], name="evidence_of_case")]

    @property
    def digest(self) -> bytes:
        leaf: Leaf = self.content
        return evidence.digest_of(leaf)
