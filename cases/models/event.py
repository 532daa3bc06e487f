"""What happened in the platform: append-only, the evidence journal."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import models

from accounts.fields import SealedModel, SealedTextField
from accounts.models import User
from accounts.scope import AppendOnly, ChainedQuerySet, TenantManager, TenantModel
from cases.models.case import Case
from cases.rules.lifecycle import EventKind, State


class CaseEventQuerySet(ChainedQuerySet["CaseEvent"]):
    def record(
        self,
        case: Case,
        kind: EventKind,
        *,
        at: datetime,
        by: User | None,
        token: UUID | None = None,
        note: str = "",
        **payload: str | int | bool | None,
    ) -> "CaseEvent":
        """Write one event: ids and codes in the payload, the note sealed. IntegrityError on a used token."""
        event: CaseEvent = self.create(
            association_id=case.association_id,
            case=case,
            subject=case.subject,
            kind=kind,
            at=at,
            by=by,
            token=token,
            note=note,
            payload={name: value for name, value in payload.items() if value not in {"", None}},
        )
        return event

    def shown(self) -> "CaseEventQuerySet":
        return self.select_related("by").order_by("-at", "-pk")

    def shown_in_turn(self, case_ids: Sequence[int]) -> "CaseEventQuerySet":
        """The events of these cases, one case after the other, each newest first."""
        rows = self.filter(case__in=case_ids).shown()
        if len(case_ids) == 1:
            return rows  # the index has them in this order
        turns = [models.When(case=pk, then=turn) for turn, pk in enumerate(case_ids)]
        return rows.order_by(models.Case(*turns), "-at", "-pk")

    def purge(self, case_ids: Sequence[int]) -> int:
        """The one way in which events go: with the cases that are erased, by the purge role. How many."""
        return int(self.filter(case__in=case_ids, case__state=State.ERASED).order_by()._raw_delete(self.db))

    def unchained(self) -> "CaseEventQuerySet":
        return self.filter(hash="").order_by("case_id", "pk")

    def chained(self) -> "CaseEventQuerySet":
        """In the order of the chains; one that is written late has a later place than its id says."""
        return self.exclude(hash="").order_by("case_id", "place")


class CaseEvent(TenantModel, SealedModel, AppendOnly):
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40, choices=[(kind.value, kind.value) for kind in EventKind])
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    payload = models.JSONField(default=dict)
    note = SealedTextField()
    token = models.UUIDField(null=True, blank=True)
    place = models.PositiveIntegerField(null=True, blank=True)
    hash = models.CharField(max_length=64, blank=True)

    objects = TenantManager.from_queryset(CaseEventQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "token"], condition=models.Q(token__isnull=False), name="event_token_once"
            ),
            models.UniqueConstraint(fields=["case", "place"], name="event_place_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["case", "-at", "-id"], name="event_timeline"),
            models.Index(fields=["association", "case", "id"], condition=models.Q(hash=""), name="event_unchained"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
