"""Associations, the people who sign in, and who works where."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import SealedModel, SealedTextField
from accounts.rules.roles import Right, Role, rights_of
from accounts.scope import TenantManager, TenantModel, TenantQuerySet


class Association(models.Model):
    """The tenant. Its own name and numbers are public."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    contact_phone = models.CharField(max_length=40, blank=True)
    contact_email = models.EmailField(blank=True)
    opening_words = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=40, default="Europe/Paris")
    team_sees_all = models.BooleanField(default=True)
    # When its mails may leave: from an hour up to another (24: midnight), on these weekdays (0: Monday).
    sends_from = models.PositiveSmallIntegerField(default=8)
    sends_until = models.PositiveSmallIntegerField(default=20)
    sends_on = models.CharField(max_length=7, default="0123456")
    # For how many months cases are kept: at work after their last expected day, then in the archive.
    active_months = models.PositiveSmallIntegerField(default=3, db_default=3)
    archive_months = models.PositiveSmallIntegerField(default=12, db_default=12)
    is_demo = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(sends_from__lt=models.F("sends_until"), sends_until__lte=24),
                name="association_sends_hours",
                violation_error_message="La fin des envois vient après leur début.",
            ),
            models.CheckConstraint(
                condition=~models.Q(sends_on=""),
                name="association_sends_days",
                violation_error_message="Les courriels partent au moins un jour par semaine.",
            ),
            models.CheckConstraint(
                condition=models.Q(active_months__range=(1, 3), archive_months__range=(2, 12)),
                name="association_keeps",
                violation_error_message="Un dossier se garde de 1 à 3 mois, puis de 2 à 12 mois en archive.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(pk=username or "")


class User(AbstractBaseUser, SealedModel):
    """Somebody who signs in. The e-mail is optional: a printed card's code is enough."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = SealedTextField()
    email_index = models.CharField(max_length=64, blank=True, editable=False)
    card_index = models.CharField(max_length=64, blank=True, editable=False)
    name = SealedTextField()
    language = models.CharField(max_length=2, default="fr")
    is_active = models.BooleanField(default=True)
    # A card that somebody else printed: its code is replaced by one's own at its first use.
    card_is_new = models.BooleanField(default=False)
    # The second factor was taken off for this person by that association; another one has to agree for its own desk.
    factors_reset_at = models.DateTimeField(null=True)
    factors_reset_in = models.ForeignKey(Association, null=True, on_delete=models.PROTECT, related_name="+")

    USERNAME_FIELD = "id"
    objects = UserManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["email_index"], condition=~models.Q(email_index=""), name="user_email_once"
            ),
            models.UniqueConstraint(fields=["card_index"], condition=~models.Q(card_index=""), name="user_card_once"),
        ]

    def __str__(self) -> str:
        return f"user {self.pk}"

    def get_short_name(self) -> str:
        return self.name


class MembershipQuerySet(TenantQuerySet["Membership"]):
    def active(self) -> "MembershipQuerySet":
        return self.filter(revoked_at=None)


class Membership(TenantModel):
    """A volunteer's link to an association."""

    # Has this person a second factor? Told by `access.memberships_of` alone.
    is_protected: bool

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    roles = models.JSONField(default=list)
    joined_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    pledged_version = models.PositiveSmallIntegerField(default=0)

    objects = TenantManager.from_queryset(MembershipQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["association", "user"], condition=models.Q(revoked_at=None), name="membership_once"
            )
        ]

    @property
    def rights(self) -> frozenset[Right]:
        return rights_of(self.roles)

    def may(self, right: Right) -> bool:
        return right in self.rights


ROLE_LABELS = {
    Role.RECEPTION: _("Accueil"),
    Role.VOLUNTEER: _("Bénévole"),
    Role.REFERENT: _("Référent"),
    Role.COORDINATOR: _("Coordination"),
    Role.DATA_DELEGATE: _("Délégué aux données"),
}
