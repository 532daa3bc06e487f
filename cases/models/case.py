"""The case, its facts and the attempts made for it."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import SealedModel, SealedTextField
from accounts.models import Membership, User
from accounts.rules.roles import Right
from accounts.scope import TenantManager, TenantModel, TenantQuerySet
from cases.models.campaign import Campaign
from cases.models.people import Beneficiary, Member
from cases.rules.keeping import COMPLAINTS
from cases.rules.lifecycle import State
from cases.rules.queue import NEVER, Reason, WaitingFor
from procedures.rules.facts import FactKind


def sees_all(membership: Membership) -> bool:
    """By its roles and the association's choice: every case, whoever follows it."""
    if membership.may(Right.WORK_ALL):
        return True
    can_work = membership.may(Right.WORK_OWN) and membership.may(Right.WORK_TEAM)
    return can_work and membership.association.team_sees_all


def choices(codes: type[State] | type[Reason] | type[WaitingFor]) -> list[tuple[str, str]]:
    return [(code.value, code.value) for code in codes]


class Capped(models.Subquery):
    """How many rows a sliced query holds."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) capped)"
    output_field = models.IntegerField()


class CaseQuerySet(TenantQuerySet["Case"]):
    def open(self) -> "CaseQuerySet":
        return self.filter(closed_on=None)

    def visible_to(self, membership: Membership) -> "CaseQuerySet":
        """All, or one's own and nobody's, by the roles and the association's choice; never what is in the archive."""
        return self.filter(archived_on=None).within_reach_of(membership)

    def within_reach_of(self, membership: Membership) -> "CaseQuerySet":
        """The same, wherever it lies."""
        if sees_all(membership):
            return self
        if not membership.may(Right.WORK_OWN):
            return self.none()
        return self.filter(models.Q(assigned_to=membership.user_id) | models.Q(assigned_to=None))

    def in_terms(self, *, plain: date, complained: date) -> "CaseQuerySet":
        """With nothing expected after `plain`; after `complained` where the same person complained since.

        Never while such a complaint is pending that the person agreed to.
        """
        ended = models.Q(has_complaint=False, expected_until__lte=plain)
        ended |= models.Q(has_complaint=True, expected_until__lte=complained)
        return self.real().exclude(state=State.ERASED).with_complaints().filter(ended, models.Q(complaint_pends=False))

    def with_complaints(self) -> "CaseQuerySet":
        """Did the same person complain, in this case or after it, with their consent; and does that go on?

        In which order they were written down says nothing: a letter that was sent before the complaint is what it
        stands on, though its case was opened here later. What cannot be told apart counts as before.
        """
        sent = CaseFact.objects.current().filter(
            case=models.OuterRef(models.OuterRef("pk")), kind=FactKind.SENT, earliest__lte=models.OuterRef("opened_on")
        )
        theirs = Case.objects.exclude(state__in=[State.PREPARING, State.ERASED]).filter(
            models.Q(opened_on__gte=models.OuterRef("opened_on"))
            | models.Q(follows=models.OuterRef("pk"))
            | models.Exists(sent),
            beneficiary=models.OuterRef("beneficiary"),
            procedure__in=COMPLAINTS,
        )
        told = {
            "has_complaint": models.Exists(theirs),
            "complaint_pends": models.Exists(theirs.filter(closed_on=None)),
        }
        return self.annotate(**told)  # the model declares them already

    def archived(self) -> "CaseQuerySet":
        """In the restricted archive, and still there to be read."""
        return self.exclude(archived_on=None).exclude(state=State.ERASED)

    def left_unanswered(self) -> "CaseQuerySet":
        """Archived while it was open, with a missed deadline that nobody answered."""
        return self.archived().open().filter(reason=Reason.MISSED)

    def real(self) -> "CaseQuerySet":
        """Without the decoys: for whatever counts people."""
        return self.filter(is_canary=False)

    def of_user(self, user: User) -> "CaseQuerySet":
        """The cases that a member follows."""
        return self.filter(member__user=user)

    def with_people(self) -> "CaseQuerySet":
        return self.select_related("member", "beneficiary", "beneficiary__member", "campaign")

    def waiting_for_us(self, *, until: date) -> "CaseQuerySet":
        """What asks for a volunteer's hand by that day, most pressing first."""
        return self.open().filter(act_on__lte=until).order_by("act_on", "pk")

    def urgent(self, *, by: date) -> "CaseQuerySet":
        """Missed, or a last day that comes by that day."""
        return self.filter(_urgent(by))

    def not_urgent(self, *, by: date) -> "CaseQuerySet":
        return self.exclude(_urgent(by))


def _urgent(by: date) -> models.Q:
    return models.Q(reason=Reason.MISSED) | models.Q(reason=Reason.DEADLINE, act_on__lte=by)


class Case(TenantModel, SealedModel):
    """One procedure for one beneficiary. `state` is what replaying its events gives.

    `reason`, `act_on`, `next_deadline_on`, `next_deadline_key`, `waiting_for` are derived (`cases.rules.queue`) and
    written by every action, so that a list needs one index.
    """

    # Told by `with_complaints` alone.
    has_complaint: bool
    complaint_pends: bool

    reference = models.CharField(max_length=13)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="cases")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="cases")
    beneficiary = models.ForeignKey(Beneficiary, on_delete=models.PROTECT, related_name="cases")
    procedure = models.CharField(max_length=80)
    procedure_version = models.PositiveSmallIntegerField()
    follows = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by")
    state = models.CharField(max_length=12, choices=choices(State), default=State.PREPARING)
    outcome = models.CharField(max_length=40, blank=True)
    outcome_class = models.CharField(max_length=20, blank=True)
    channel = models.CharField(max_length=40, blank=True)
    assigned_to = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    waiting_for = models.CharField(max_length=12, choices=choices(WaitingFor), default=WaitingFor.MEMBER)
    reason = models.CharField(max_length=12, choices=choices(Reason), default=Reason.PREPARE)
    act_on = models.DateField(default=NEVER)
    next_deadline_on = models.DateField(default=NEVER)
    next_deadline_key = models.CharField(max_length=60, blank=True)
    held_until = models.DateField(null=True, blank=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    # From when its keeping is counted (`cases.rules.keeping`), and what the last act in it was.
    expected_until = models.DateField(default=NEVER, db_default=NEVER)
    touched_on = models.DateField(null=True, blank=True)
    # In the restricted archive since; which notice its person had of its letting go (days before it), and when.
    archived_on = models.DateField(null=True, blank=True)
    purge_told = models.SmallIntegerField(null=True, blank=True)
    purge_told_on = models.DateField(null=True, blank=True)
    # A decoy: whoever opens it raises an alert; it is in no figure.
    is_canary = models.BooleanField(default=False)

    objects = TenantManager.from_queryset(CaseQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "reference"], name="case_reference_once"),
            models.CheckConstraint(condition=models.Q(state__in=list(State)), name="case_state_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=["closed", "erased"], closed_on__isnull=False)
                | (~models.Q(state__in=["closed", "erased"]) & models.Q(closed_on=None, outcome="", outcome_class="")),
                name="case_ends_with_its_state",
                violation_error_message=_("Un dossier clos a une date de fin ; un dossier ouvert n’en a pas."),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["association", "act_on", "id"], condition=models.Q(closed_on=None), name="case_queue"),
            models.Index(
                fields=["association", "assigned_to", "act_on", "id"],
                condition=models.Q(closed_on=None),
                name="case_queue_mine",
            ),
            models.Index(fields=["association", "-id"], name="case_newest"),
            models.Index(
                fields=["association", "expected_until", "id"],
                condition=~models.Q(state="erased"),
                name="case_keeping",
            ),
            models.Index(fields=["association", "member"], name="case_member"),
            models.Index(fields=["association", "campaign", "opened_on"], name="case_campaign"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_closed(self) -> bool:
        return self.closed_on is not None

    @property
    def is_left_unanswered(self) -> bool:
        """As `left_unanswered` of the rows."""
        return bool(self.archived_on and self.closed_on is None and self.reason == Reason.MISSED)

    @property
    def is_at_work(self) -> bool:
        """Does the team work on it?"""
        return self.closed_on is None and self.archived_on is None

    def key_subjects(self) -> set[UUID]:
        return {self.subject} | self.beneficiary.key_subjects()


class CaseFactQuerySet(TenantQuerySet["CaseFact"]):
    def current(self) -> "CaseFactQuerySet":
        return self.filter(superseded_at=None)


class CaseFact(TenantModel):
    """A dated thing (`earliest`..`latest`, `known_by`) or an answer (`value`). Corrected, never deleted."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="facts")
    kind = models.CharField(max_length=40)
    earliest = models.DateField(null=True, blank=True)
    latest = models.DateField(null=True, blank=True)
    value = models.CharField(max_length=40, blank=True)
    known_by = models.CharField(max_length=12, blank=True)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(CaseFactQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "kind"], condition=models.Q(superseded_at=None), name="fact_once"),
            models.CheckConstraint(
                condition=models.Q(earliest=None, latest=None) | models.Q(earliest__lte=models.F("latest")),
                name="fact_range",
                violation_error_message=_("La première date doit précéder la dernière."),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["association", "case"], name="fact_of")]


class AttemptResult(models.TextChoices):
    CONFIRMED = "confirmed", _("C’est fait, et confirmé")
    UNCONFIRMED = "unconfirmed", _("C’est fait, mais pas confirmé")
    FAILED = "failed", _("Cela n’a pas abouti")
    REFUSED = "refused", _("On nous a opposé un refus")


class Attempt(TenantModel, SealedModel):
    """One try over one channel. `obstacle`: what was met, a code of the definition."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attempts")
    channel = models.CharField(max_length=40)
    made_on = models.DateField()
    result = models.CharField(max_length=12, choices=AttemptResult)
    obstacle = models.CharField(max_length=40, blank=True)
    justificatif_asked = models.BooleanField()
    adviser_reference = SealedTextField()
    note = SealedTextField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = TenantManager["Attempt"]()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["association", "case", "-id"], name="attempt_of")]
