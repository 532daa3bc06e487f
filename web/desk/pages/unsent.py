"""Mails that did not leave, as tasks: about whom, why, and what can be done. No address stands here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.access import Unsent
from notifications.models import NoticeState
from web.desk.pages.head import who
from web.parts.french import plain_words

Words = str | Promise
# By kind: what the mail told. To the member or about the case.
_TOLD: dict[str, Words] = {
    "deadline_missed": gettext_lazy("Un délai est passé."),
    "deadline_near": gettext_lazy("Un délai approche."),
    "deadline_moved": gettext_lazy("Une date a changé."),
    "answer_overdue": gettext_lazy("Une réponse attendue n’est pas venue."),
    "answer_drags": gettext_lazy("Une réponse se fait attendre."),
    "case_expires": gettext_lazy("La fin de conservation du dossier approche."),
    "reminder_due": gettext_lazy("Un rappel est arrivé à son jour."),
    "justificatif_arrived": gettext_lazy("Un document est à vérifier."),
}
# Whose mailbox it is, where it is not the member's.
_TO_TEAM = frozenset({"answer_overdue", "answer_drags", "reminder_due", "justificatif_arrived"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """`to_do`: what can be done, one sentence each."""

    who: str
    url: str
    about: str
    why: Words
    to_do: list[Words]
    case_url: str


def tasks(rows: Sequence[Unsent], *, today: date) -> list[Task]:
    return [task(row, today=today) for row in rows]


def task(row: Unsent, *, today: date) -> Task:
    told = _TOLD.get(row.notice.kind, gettext_lazy("Un message de la plateforme."))
    promised_on = timezone.localdate(row.notice.created_at)
    day = plain_words(promised_on) if promised_on != today else _("aujourd’hui")
    said = _("%(told)s Promis : %(day)s.") % {"told": told, "day": day}
    return Task(
        who=who(row.case) if row.case else _("Une personne de l’équipe"),
        url=reverse("desk:unsent", args=[row.notice.pk]),
        about=f"{row.case.reference} · {said}" if row.case else said,
        why=_why(row),
        to_do=_to_do(row),
        case_url=reverse("desk:case", args=[row.case.reference]) if row.case else "",
    )


def _is_to_team(row: Unsent) -> bool:
    return row.case is None or row.notice.kind in _TO_TEAM


def _why(row: Unsent) -> Words:
    code = row.notice.error_class
    if row.notice.state == NoticeState.DROPPED:
        return _("Il n’y a pas d’adresse e-mail où l’envoyer.")
    if code.startswith("smtp_5"):
        return _("Le service de messagerie de cette personne refuse l’adresse.")
    if code.startswith(("smtp_", "denied_")) or code in _OF_THE_WAY:
        return _("Le message n’a pas été accepté, après huit essais.")
    return _("Le message n’a pas pu être écrit : c’est un défaut de la plateforme.")


# What the log calls a way that broke; whatever else is the writing of the mail.
_OF_THE_WAY = frozenset(
    {"interrupted", "TimeoutError", "SMTPServerDisconnected", "ConnectionResetError", "BrokenPipeError", "SSLError"}
)


def _to_do(row: Unsent) -> list[Words]:
    if row.case is None:
        return [_("Demandez à la personne si son adresse a changé, ou prévenez-la vous-même.")]
    if _is_to_team(row):
        return [
            _("Le dossier dit déjà ce qui attend : le message ne servait qu’à prévenir la personne qui le suit."),
            _("Si elle est partie, confiez le dossier à quelqu’un d’autre, puis réessayez."),
        ]
    return [
        _("Appelez la personne : son numéro est dans ses coordonnées. Demandez-lui si son adresse a changé."),
        _("Sans téléphone, écrivez-lui une lettre, sous pli neutre."),
        _("Si sa boîte était pleine ou fermée et qu’elle marche de nouveau, réessayez."),
    ]
