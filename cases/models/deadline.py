"""Deadlines as stored: a function of the case's facts, with the reason."""

from datetime import date, timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.scope import TenantManager, TenantModel, TenantQuerySet
from cases.models.case import Case
from cases.models.justificatif import Justificatif
from cases.rules import stages


class Decision(models.TextChoices):
    """How somebody answered a missed deadline."""

    KEEP_WAITING = "keep_waiting", _("Attendre encore")
    REMIND = "remind", _("Envoyer une relance")
    ACT_AGAIN = "act_again", _("Recommencer la démarche")
    CONVERT = "convert", _("Continuer par une clôture")
    WAS_DONE = "was_done", _("C’était fait à temps")
    CLOSE = "close", _("Clore le dossier")


WAIT_AGAIN = timedelta(days=14)
# Decisions after which the same deadline asks again, a fortnight later.
WAITS = (Decision.KEEP_WAITING, Decision.REMIND)


class DeadlineQuerySet(TenantQuerySet["Deadline"]):
    def running(self) -> "DeadlineQuerySet":
        """Neither met nor flagged nor made void by a corrected fact; on a case that is open."""
        return self.filter(met_on=None, missed_on=None, void_on=None, case__closed_on=None)

    def overdue(self, today: date) -> "DeadlineQuerySet":
        """What the sweep must flag: due before today, or decided to wait for a fortnight ago; somebody is bound by it.

        What an addressee owes is not late while a justificatif that came in time waits to be checked by us.
        """
        waited = self.filter(
            decision__in=WAITS,
            answered_on__lte=today - WAIT_AGAIN,
            met_on=None,
            void_on=None,
            case__closed_on=None,
        )
        in_time = Justificatif.objects.filter(
            case=models.OuterRef("case"), accepted=None, received_on__lte=models.OuterRef("due")
        )
        due = self.running().filter(due__lt=today).exclude(bound="info")
        return (due | waited).exclude(models.Exists(in_time), bound="addressee")

    def missed(self) -> "DeadlineQuerySet":
        """Flagged and not answered yet."""
        return self.filter(missed_on__isnull=False, answered_on=None, met_on=None, void_on=None)

    def nearing(self, today: date) -> "DeadlineQuerySet":
        """A member's day comes, and a stage is reached that nobody was told of."""
        untold = models.Q()
        for stage in stages.BEFORE:
            reached = models.Q(due__lte=stages.last_day_of(stage, today=today))
            untold |= reached & (models.Q(told=None) | models.Q(told__lt=stage))
        return self.running().filter(untold, due__gte=today, bound="member")

    def dragging(self, today: date) -> "DeadlineQuerySet":
        """An addressee's day is long over, nobody answered the flag, and nobody was told of this stage."""
        untold = models.Q()
        for stage in stages.AFTER:
            untold |= models.Q(missed_on__lte=stages.last_day_of(stage - stages.FLAGGED, today=today), told__lt=stage)
        return self.missed().filter(untold, bound="addressee", case__closed_on=None)


class Deadline(TenantModel):
    """`due` = `due_earliest` when the member is bound, `due_latest` when the addressee is."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="deadlines")
    key = models.CharField(max_length=60)
    bound = models.CharField(max_length=12)
    rule = models.CharField(max_length=20)
    article = models.CharField(max_length=200)
    start_kind = models.CharField(max_length=20)
    start_earliest = models.DateField(null=True, blank=True)
    start_latest = models.DateField(null=True, blank=True)
    start_known_by = models.CharField(max_length=12, blank=True)
    raw_end = models.DateField(null=True, blank=True)
    due_earliest = models.DateField(null=True, blank=True)
    due_latest = models.DateField(null=True, blank=True)
    due = models.DateField(null=True, blank=True)
    explanation_fr = models.TextField()
    explanation_en = models.TextField()
    met_on = models.DateField(null=True, blank=True)
    void_on = models.DateField(null=True, blank=True)
    missed_on = models.DateField(null=True, blank=True)
    answered_on = models.DateField(null=True, blank=True)
    decision = models.CharField(max_length=20, choices=Decision, blank=True)
    # The last stage that somebody was told of, in days from the due date (`cases.rules.stages`).
    told = models.SmallIntegerField(null=True, blank=True)

    objects = TenantManager.from_queryset(DeadlineQuerySet)()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "key"], name="deadline_key_once")]
        indexes: ClassVar = [
            models.Index(
                fields=["association", "due", "id"],
                condition=models.Q(met_on=None, missed_on=None, void_on=None),
                name="deadline_running",
            ),
            models.Index(
                fields=["association", "missed_on", "id"],
                condition=models.Q(answered_on=None, met_on=None, void_on=None, missed_on__isnull=False),
                name="deadline_missed",
            ),
            models.Index(fields=["association", "case"], name="deadline_of"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.due}"

    @property
    def is_ahead(self) -> bool:
        """It has a day, somebody is bound by it, and it is neither met nor void."""
        return bool(self.due and self.bound != "info" and not (self.met_on or self.void_on))

    @property
    def is_missed(self) -> bool:
        return bool(self.missed_on and not (self.answered_on or self.met_on or self.void_on))

    @property
    def asks_on(self) -> date | None:
        """When it asks for a hand: its day, or the day on which a decision to wait is over; None once answered."""
        if self.answered_on is None:
            return self.due
        return self.answered_on + WAIT_AGAIN if self.decision in WAITS else None

    @property
    def is_running(self) -> bool:
        return not (self.met_on or self.missed_on or self.void_on)

    def explanation(self, language: str) -> str:
        return self.explanation_en if language.startswith("en") else self.explanation_fr
