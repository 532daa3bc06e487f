"""Members, the people whose account is opposed, and what each consented to."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import SealedModel, SealedTextField
from accounts.models import User
from accounts.scope import TenantManager, TenantModel, TenantQuerySet


class MemberQuerySet(TenantQuerySet["Member"]):
    def of(self, user: User) -> "MemberQuerySet":
        return self.filter(user=user)


class Member(TenantModel, SealedModel):
    """An adhérent: a person whom the association helps. Nothing but the opaque keys is in plain."""

    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    first_name = SealedTextField()
    last_name = SealedTextField()
    email = SealedTextField()
    phone = SealedTextField()
    region = SealedTextField()
    email_index = models.CharField(max_length=64, blank=True, editable=False)
    phone_index = models.CharField(max_length=64, blank=True, editable=False)
    language = models.CharField(max_length=2, default="fr")
    joined_on = models.DateField()
    # Mails to this address came back twice: none is sent until it is corrected.
    email_off_at = models.DateTimeField(null=True, editable=False)

    objects = TenantManager.from_queryset(MemberQuerySet)()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["association", "email_index"], name="member_email"),
            models.Index(fields=["association", "phone_index"], name="member_phone"),
            models.Index(fields=["association", "user"], name="member_user"),
        ]

    def __str__(self) -> str:
        return f"member {self.pk}"

    @property
    def takes_mail(self) -> bool:
        return bool(self.email_index) and self.email_off_at is None

    @property
    def short_name(self) -> str:
        """First name and initial, as lists show people."""
        return " ".join(filter(None, [self.first_name, f"{self.last_name[:1]}." if self.last_name else ""]))


class BeneficiaryKind(models.TextChoices):
    SELF = "self", _("Pour soi")
    CHILD = "child", _("Pour un enfant")
    REPRESENTED = "represented", _("Pour un adulte représenté")


class Representation(models.TextChoices):
    """On what ground the member acts for somebody else."""

    NONE = "", _("Sans objet")
    OTHER_PARENT_INFORMED = "informed", _("L’autre parent est informé")
    OTHER_PARENT_AGREES = "agrees", _("L’autre parent est d’accord")
    OTHER_PARENT_DISAGREES = "disagrees", _("L’autre parent n’est pas d’accord")
    SOLE_AUTHORITY = "sole", _("Seul titulaire de l’autorité parentale")
    PROTECTION_MEASURE = "measure", _("Mesure de protection avec représentation relative à la personne")


class Beneficiary(TenantModel, SealedModel):
    """The person whose account is opposed. For the member's own account the names stand on the member."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="beneficiaries")
    kind = models.CharField(max_length=12, choices=BeneficiaryKind)
    first_name = SealedTextField()
    birth_year = SealedTextField()
    ground = models.CharField(max_length=12, choices=Representation, blank=True)

    objects = TenantManager["Beneficiary"]()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["association", "member"], name="beneficiary_member")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member"], condition=models.Q(kind="self"), name="beneficiary_self_once")
        ]

    def __str__(self) -> str:
        return f"beneficiary {self.pk}"

    def key_subjects(self) -> set[UUID]:
        return {self.subject, self.member.subject}


class ConsentKind(models.TextChoices):
    HANDLING = "handling", _("Suivi du dossier")
    STATISTICS = "statistics", _("Statistiques anonymes")
    MANDATE = "mandate", _("Mandat")


class Consent(TenantModel):
    """Given and withdrawn; a new version is a new row. `beneficiary` is the person concerned."""

    beneficiary = models.ForeignKey(Beneficiary, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=12, choices=ConsentKind)
    version = models.PositiveSmallIntegerField(default=1)
    given_on = models.DateField()
    withdrawn_on = models.DateField(null=True, blank=True)

    objects = TenantManager["Consent"]()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["association", "beneficiary", "kind"], name="consent_of")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["beneficiary", "kind"], condition=models.Q(withdrawn_on=None), name="consent_once"
            )
        ]
