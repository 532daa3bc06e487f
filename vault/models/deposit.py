"""Deposits: a file between its door and its seal. Ids, codes and places on a page; its bytes lie sealed in the
antechamber, under a key that no disk holds."""

from datetime import datetime
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.scope import TenantManager, TenantModel, TenantQuerySet
from vault.models.sealed import SealedFile
from vault.rules.refusals import Code

# A file is analysed twice at most. What somebody confirmed is given up only when it kills whoever seals it, again and
# again; a machine that goes down in between is not its fault.
MAX_TRIES = 2
MAX_SEAL_TRIES = 20


class DepositState(models.TextChoices):
    OPEN = "OUVERT", "Ouvert"
    RECEIVED = "RECU", "Reçu"
    ANALYSING = "ANALYSE", "En cours d’analyse"
    TO_CONFIRM = "A_CONFIRMER", "À confirmer"
    SEALED = "SCELLE", "Scellé"
    TO_REVIEW = "A_REVOIR", "À revoir"
    REFUSED = "REFUSE", "Refusé"
    EXPIRED = "EXPIRE", "Expiré"
    DESTROYED = "DETRUIT", "Détruit"


UNDER_WAY = (DepositState.OPEN, DepositState.RECEIVED, DepositState.ANALYSING, DepositState.TO_CONFIRM)


_UNREAD = (DepositState.RECEIVED, DepositState.ANALYSING)


class DepositQuerySet(TenantQuerySet["Deposit"]):
    def under_way(self) -> "DepositQuerySet":
        return self.filter(state__in=UNDER_WAY)

    def ended(self) -> "DepositQuerySet":
        return self.exclude(state__in=UNDER_WAY)

    def free(self, now: datetime) -> "DepositQuerySet":
        """Nobody works on them: no lease, or one that has run out."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lte=now), expires_at__gt=now)

    def to_analyse(self, now: datetime) -> "DepositQuerySet":
        """Received, or left by a process that died; whoever has one under analysis waits with the others.

        So that one person's hostile files never hold more than one worker.
        """
        busy = self.filter(state=DepositState.ANALYSING, lease_until__gt=now).values("by")
        waiting = self.free(now).filter(state__in=[DepositState.RECEIVED, DepositState.ANALYSING])
        return waiting.exclude(by__in=busy).order_by("tries", "created_at", "pk")

    def to_seal(self, now: datetime) -> "DepositQuerySet":
        return self.free(now).filter(state=DepositState.TO_CONFIRM, confirmed_at__isnull=False).order_by("confirmed_at")

    def to_expire(self, now: datetime) -> "DepositQuerySet":
        return self.under_way().filter(expires_at__lte=now)


class Deposit(TenantModel):
    """What somebody sent, until it is sealed, refused, given up or expired.

    `label`: the caller's own word (the kind of justificatif). `token`: the form's, so that a double submit is one.
    `by_mail`: it was attached to a message, so that a volunteer may look at it too.
    `pieces`: for each part, in order, the names and sizes of its blobs in the antechamber. `found`, `own`: zones as
    `vault.rules.zones.ZoneDict`; `shown`: places in `found` that the person un-hid. `wrapped`: the antechamber's key
    under the platform's passing one (embedded mode), else empty. `holds`: something may still lie in the antechamber.
    """

    file_id = models.UUIDField(default=uuid4, editable=False)
    subject = models.UUIDField(editable=False)
    label = models.CharField(max_length=60)
    by_mail = models.BooleanField(default=False)
    token = models.UUIDField()
    state = models.CharField(max_length=12, choices=DepositState)
    code = models.CharField(max_length=24, choices=[(code.value, code.value) for code in Code], blank=True)
    pages = models.PositiveSmallIntegerField(default=0)
    pieces = models.JSONField(default=list)
    found = models.JSONField(default=list)
    own = models.JSONField(default=list)
    shown = models.JSONField(default=list)
    wrapped = models.BinaryField(default=b"", blank=True)
    holds = models.BooleanField(default=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sealed_file = models.ForeignKey(SealedFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(DepositQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "file_id"], name="deposit_once"),
            models.UniqueConstraint(fields=["association", "subject", "token"], name="deposit_token_once"),
            models.CheckConstraint(
                condition=Q(state=DepositState.SEALED, sealed_file__isnull=False)
                | (~Q(state=DepositState.SEALED) & Q(sealed_file__isnull=True)),
                name="deposit_sealed_has_file",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["association", "expires_at"], condition=Q(state__in=UNDER_WAY), name="deposit_under_way"
            ),
            models.Index(fields=["association", "expires_at"], condition=~Q(state__in=UNDER_WAY), name="deposit_ended"),
            models.Index(fields=["association", "by", "created_at"], name="deposit_by"),
            models.Index(fields=["association", "subject"], name="deposit_of"),
        ]

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def awaits_person(self) -> bool:
        """Shown before and after, for somebody to choose and confirm."""
        return self.state == DepositState.TO_CONFIRM and self.confirmed_at is None

    @property
    def is_shown(self) -> bool:
        return self.state == DepositState.TO_CONFIRM

    @property
    def is_sealing(self) -> bool:
        """Confirmed; the worker rebuilds and seals it."""
        return self.state == DepositState.TO_CONFIRM and self.confirmed_at is not None

    @property
    def why_over(self) -> Code:
        """Why it comes to nothing when its time runs out as it stands: not always because somebody did not answer."""
        if self.code == Code.ANTIVIRUS_AWAY:
            return Code.ANTIVIRUS_AWAY
        if self.confirmed_at is not None:
            return Code.NOT_SEALED
        return Code.NOT_ANALYSED if self.state in _UNREAD else Code.EXPIRED

    @property
    def folder(self) -> str:
        """Where its blobs lie in the store."""
        return f"sas/{self.file_id.hex}"

    @property
    def size(self) -> int:
        """Bytes that came so far."""
        return sum(size for part in self.pieces for _, size in part)

    def place(self, name: str) -> bytes:
        """Associated data of one of its blobs: it opens for no other deposit and under no other name."""
        return f"sas|{self.association_id}|{self.subject}|{self.file_id}|{name}".encode()
