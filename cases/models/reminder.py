"""What a volunteer asked to be told again on a day, or to have set aside until then."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.scope import TenantManager, TenantModel, TenantQuerySet
from cases.models.case import Case
from cases.models.event import CaseEvent


class StopWhen(models.TextChoices):
    """What ends it before its day: nothing, or something that happens in the case."""

    NOTHING = "nothing", _("Rien : seulement ce jour")
    ATTEMPT = "attempt", _("Dès qu’une démarche est notée")
    JUSTIFICATIF = "justificatif", _("Dès qu’un justificatif arrive")


class ReminderQuerySet(TenantQuerySet["Reminder"]):
    def standing(self) -> "ReminderQuerySet":
        return self.filter(ended_at=None)

    def due(self, today: date) -> "ReminderQuerySet":
        """Its day has come; a case that is set aside comes back by itself."""
        return self.standing().filter(snoozes=False, until__lte=today)

    def with_words(self) -> "ReminderQuerySet":
        """The reason is the note of the event that set it."""
        return self.select_related("event__by", "for_user")


class Reminder(TenantModel):
    """`snoozes`: the case is set aside until then. `for_user` None: the team. Who, when and why stand in `event`."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reminders")
    event = models.ForeignKey(CaseEvent, on_delete=models.PROTECT, related_name="+")
    snoozes = models.BooleanField()
    until = models.DateField()
    stop_when = models.CharField(max_length=12, choices=StopWhen, default=StopWhen.NOTHING)
    for_user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    told_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(ReminderQuerySet)()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(snoozes=True, ended_at=None), name="reminder_one_snooze"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["association", "until", "id"],
                condition=models.Q(ended_at=None, snoozes=False),
                name="reminder_due",
            ),
            models.Index(fields=["association", "case"], name="reminder_of"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.until}"
