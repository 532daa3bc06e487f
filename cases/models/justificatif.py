"""The proof obtained, sealed in the vault."""

from typing import ClassVar

from django.db import models

from accounts.models import User
from accounts.scope import TenantManager, TenantModel
from cases.models.case import Case


class Justificatif(TenantModel):
    """Received, then accepted or refused by a volunteer. `token`: the deposit's, so that sealing twice is once.

    `sealed_file` is empty where the file came before files were cleaned, and was destroyed. `hints`: codes of
    `vault.rules.hints`, for whoever checks it; never a word of the document.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="justificatifs")
    sealed_file = models.OneToOneField("vault.SealedFile", null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    token = models.UUIDField()
    hints = models.JSONField(default=list, blank=True)
    received_on = models.DateField()
    received_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    checked_on = models.DateField(null=True, blank=True)
    checked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    accepted = models.BooleanField(null=True, blank=True)
    refusal = models.CharField(max_length=40, blank=True)

    objects = TenantManager["Justificatif"]()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "token"], name="justificatif_token_once")
        ]
        indexes: ClassVar = [models.Index(fields=["association", "case"], name="justificatif_of")]
