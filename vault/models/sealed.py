"""Sealed files: what is kept of a justificatif. No name, no plain byte, no hash of what came."""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from accounts import crypto
from accounts.fields import key_for
from accounts.scope import TenantManager, TenantModel, TenantQuerySet


class FileState(models.TextChoices):
    SEALED = "SCELLE", "Scellé"


class SealedFileQuerySet(TenantQuerySet["SealedFile"]):
    def sealed(self) -> "SealedFileQuerySet":
        return self.filter(state=FileState.SEALED)


class SealedFile(TenantModel):
    """A blob in the store and what opens it: the key of its case (`subject`) and its own random id.

    Always a PDF that was rebuilt from pixels. `sha256_pdf` is that of the PDF as it is kept, `sha256_cipher` that of
    the blob. `pixels`: a keyed hash of what its pages show, by which the same document is known again; "" once its case
    is erased.
    """

    file_id = models.UUIDField(default=uuid4, editable=False)
    subject = models.UUIDField(editable=False)
    size_plain = models.PositiveIntegerField()
    sha256_cipher = models.CharField(max_length=64)
    sha256_pdf = models.CharField(max_length=64)
    pixels = models.CharField(max_length=64, blank=True)
    stored_name = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=FileState, default=FileState.SEALED)
    created_at = models.DateTimeField()

    objects = TenantManager.from_queryset(SealedFileQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "file_id"], name="sealedfile_once"),
            models.UniqueConstraint(fields=["association", "stored_name"], name="sealedfile_own_blob"),
            models.CheckConstraint(condition=models.Q(size_plain__gt=0), name="sealedfile_not_empty"),
            models.CheckConstraint(condition=~models.Q(sha256_pdf=""), name="sealedfile_rebuilt"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["association", "subject"], name="sealedfile_subject"),
            models.Index(fields=["association", "pixels"], name="sealedfile_pixels"),
        ]

    @property
    def place(self) -> bytes:
        """Associated data: bytes sealed here open nowhere else."""
        return f"{self.association_id}|{self.subject}|{self.file_id}".encode()

    @property
    def media_type(self) -> str:
        return "application/pdf"

    @property
    def suffix(self) -> str:
        return ".pdf"

    def file_key(self) -> bytes:
        """Raises accounts.fields.KeyDestroyed when the case was erased."""
        return crypto.derive(key_for(self.subject), f"file|{self.file_id}")
