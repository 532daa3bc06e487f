"""Keys for programs: what may ask the API in somebody's name."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from accounts.fields import SealedModel, SealedTextField
from accounts.models.people import Membership
from accounts.scope import TenantManager, TenantModel, TenantQuerySet


class ApiTokenQuerySet(TenantQuerySet["ApiToken"]):
    def live(self, now: datetime) -> "ApiTokenQuerySet":
        return self.filter(revoked_at=None, membership__revoked_at=None, expires_at__gt=now)


class ApiToken(TenantModel, SealedModel):
    """Acts for its membership, within its scopes, from its networks, until it expires. Kept as a hash only."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    label = SealedTextField()
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    networks = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(ApiTokenQuerySet)()

    class Meta:
        # `seal_id` is the form's own token: two submits of one form are one row.
        constraints: ClassVar = [models.UniqueConstraint(fields=["association", "seal_id"], name="token_form_once")]
