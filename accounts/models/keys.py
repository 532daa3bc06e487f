"""The rows of the key tree."""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from accounts.models.people import Association


class KeyKind(models.TextChoices):
    INSTANCE = "instance", "Instance"
    ASSOCIATION = "association", "Association"
    USER = "user", "User"
    PERSON = "person", "Person"
    CASE = "case", "Case"
    MAIL = "mail", "Mail"


class DataKey(models.Model):
    """A wrapped key. Deleting the row destroys everything that the key sealed."""

    subject = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    association = models.ForeignKey(Association, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=KeyKind)
    kek_id = models.CharField(max_length=40, blank=True)
    wrapped = models.BinaryField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["association", "kind"], name="datakey_kind")]

    @property
    def is_root(self) -> bool:
        return self.kind in {KeyKind.ASSOCIATION, KeyKind.INSTANCE}
