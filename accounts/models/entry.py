"""How somebody comes in: invitations, codes, sessions, and a lost factor."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import SealedModel, SealedTextField
from accounts.models.people import Association, Membership, User
from accounts.scope import TenantManager, TenantModel, TenantQuerySet


class InvitationQuerySet(TenantQuerySet["Invitation"]):
    def unanswered(self) -> "InvitationQuerySet":
        return self.filter(accepted_at=None, revoked_at=None)

    def open(self, now: Any) -> "InvitationQuerySet":
        return self.unanswered().filter(expires_at__gt=now)


class Invitation(TenantModel, SealedModel):
    """A link by mail, for one address, once."""

    token_hash = models.CharField(max_length=64, unique=True)
    email = SealedTextField()
    name = SealedTextField()
    roles = models.JSONField(default=list)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(InvitationQuerySet)()


class SignInCode(models.Model):
    """A typed code of ten minutes, bound to the browser that asked. A row without user answers an unknown address."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    # Whose mails are counted: a keyed hash of what was typed, also for an unknown address.
    address_index = models.CharField(max_length=64, blank=True)
    code_hash = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField(default=5)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["address_index", "asked_at"], name="signincode_asked")]


class PasskeyKind(models.TextChoices):
    """What a passkey lives in. A closed list: allauth keeps it in plain, and free text would name people."""

    PHONE = "phone", _("Un téléphone ou une tablette")
    COMPUTER = "computer", _("Un ordinateur")
    KEY = "key", _("Une clé de sécurité à brancher")


class SignInWay(models.TextChoices):
    PASSWORD = "password", _("Mot de passe et deuxième code")
    PASSKEY = "passkey", _("Clé d’accès")
    CODE = "code", _("Code reçu par e-mail")
    CARD = "card", _("Carte imprimée")


# What opens a member's own cases and never the desk.
BY_MEMBERS = frozenset({SignInWay.CODE, SignInWay.CARD})


class SignInEnd(models.TextChoices):
    LEFT = "left", _("Déconnexion")
    ELSEWHERE = "elsewhere", _("Fermée depuis un autre appareil")
    IDLE = "idle", _("Fermée après une pause")
    EXPIRED = "expired", _("Durée maximale atteinte")
    REVOKED = "revoked", _("Accès retiré")
    RESET = "reset", _("Deuxième facteur réinitialisé")
    CARD = "card", _("Carte remplacée")
    TEAM = "team", _("Fermée par la coordination")
    PASSWORD = "password", _("Mot de passe réinitialisé")


class SignInQuerySet(models.QuerySet["SignIn"]):
    def open(self) -> "SignInQuerySet":
        return self.filter(ended_at=None)

    def at_work_for(self, association_id: int) -> "SignInQuerySet":
        """What an association may know of: neither the work for another one nor anybody's life as a member."""
        return self.filter(works_for=association_id).exclude(way__in=BY_MEMBERS)


class SignIn(SealedModel):
    """One session of one browser, from its opening to its end. The session itself knows this row's id alone."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The association that the desk last opened for. None: a member's session, or one that chose none yet.
    works_for = models.ForeignKey(Association, null=True, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=12, choices=SignInWay)
    device = SealedTextField()
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=12, choices=SignInEnd, blank=True)

    objects = models.Manager.from_queryset(SignInQuerySet)()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "-opened_at"], name="signin_of")]


class FactorResetQuerySet(TenantQuerySet["FactorReset"]):
    def waiting(self, now: datetime) -> "FactorResetQuerySet":
        return self.filter(approved_at=None, cancelled_at=None, expires_at__gt=now)


class FactorReset(TenantModel):
    """Somebody lost their second factor: one coordinator asks that it be taken off, another one does it."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(FactorResetQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(approved_by=None) | ~models.Q(approved_by=models.F("asked_by")),
                name="reset_by_two",
                violation_error_message=_("Une autre personne de la coordination doit approuver."),
            )
        ]
