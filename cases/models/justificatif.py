"""The proof obtained: sealed in the vault, or its fingerprint alone."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.scope import TenantManager, TenantModel
from cases.models.case import Case


class Justificatif(TenantModel):
    """Received, then accepted or refused by a volunteer. `token`: the deposit's, so that sealing twice is once.

    `sealed_file` is empty where the file came before files were cleaned, and was destroyed; and where its owner kept
    it: then `fingerprint` is the SHA-256, in hex, of a salt and the file, and the salt stands on their receipt alone.
    `hints`: codes of `vault.rules.hints`, for whoever checks it; never a word of the document.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="justificatifs")
    sealed_file = models.OneToOneField("vault.SealedFile", null=True, on_delete=models.PROTECT, related_name="+")
    fingerprint = models.CharField(max_length=64, blank=True)
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
            models.UniqueConstraint(fields=["association", "token"], name="justificatif_token_once"),
            models.CheckConstraint(
                condition=models.Q(fingerprint="") | models.Q(sealed_file=None, fingerprint__regex="^[0-9a-f]{64}$"),
                name="justificatif_file_or_fingerprint",
                violation_error_message=_("Un justificatif est un fichier gardé, ou l’empreinte d’un fichier."),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["association", "case"], name="justificatif_of")]
