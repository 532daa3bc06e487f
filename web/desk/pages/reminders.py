"""Reminders: those of a case, and those whose day has come on the first page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cases.models import Case, Reminder
from web.desk.pages.head import who
from web.parts.french import plain_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderShown:
    """`end_url` is empty for a case that is set aside: it comes back by itself, or on the page where it was done."""

    title: str
    text: str
    about: str
    end_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderDue:
    """What was asked to be told, about whom, and where to go."""

    who: str
    url: str
    text: str
    about: str
    end_url: str


def of_case(case: Case, rows: Sequence[Reminder]) -> list[ReminderShown]:
    return [_shown(case, row) for row in rows]


def due(rows: Sequence[Reminder], *, reader: User) -> list[ReminderDue]:
    return [_due(row, reader=reader) for row in rows]


def _shown(case: Case, row: Reminder) -> ReminderShown:
    title = _("En attente jusqu’au %(day)s") if row.snoozes else _("Rappel le %(day)s")
    to = _("pour toute l’équipe") if row.for_user is None else _("pour %(who)s") % {"who": row.for_user.name}
    said = [_("Posé par %(who)s") % {"who": _by(row)}, "" if row.snoozes else to, _STOPS.get(row.stop_when, "")]
    return ReminderShown(
        title=title % {"day": plain_words(row.until)},
        text=row.event.note,
        about=", ".join(str(part) for part in said if part) + ".",
        end_url="" if row.snoozes else _end_url(case, row),
    )


_STOPS: dict[str, str | Promise] = {
    "attempt": gettext_lazy("ou dès qu’une démarche est notée"),
    "justificatif": gettext_lazy("ou dès qu’un justificatif arrive"),
}


def _due(row: Reminder, *, reader: User) -> ReminderDue:
    """The words of a case that a colleague follows are read in the case, where the reading is recorded."""
    is_open_to = row.for_user_id == reader.pk or row.case.assigned_to_id in {None, reader.pk}
    asked = _("Rappel du %(day)s, posé par %(who)s.") if row.for_user_id is None else _("Votre rappel du %(day)s.")
    values = {"day": plain_words(row.until), "who": _by(row)}
    return ReminderDue(
        who=who(row.case),
        url=f"{reverse('desk:case', args=[row.case.reference])}?de=maintenant",
        text=row.event.note if is_open_to else _("Le rappel se lit dans le dossier."),
        about=f"{row.case.reference} · {asked % values}",
        end_url=_end_url(row.case, row),
    )


def _by(row: Reminder) -> str:
    return row.event.by.name if row.event.by else _("la plateforme")


def _end_url(case: Case, row: Reminder) -> str:
    return reverse("desk:reminder_end", args=[case.reference, row.pk])
