"""Documents on their way, as a case's page lists them: how each stands, and for whoever sent it the way back to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.access import Standing
from cases.models import Case
from vault.rules.refusals import SENTENCES, Code

MINE, MEMBERS, COLLEAGUES = "mine", "members", "colleagues"
_Look = tuple[str, str, str | Promise]
# Of a chip: its kind, its drawing, its words.
_LOOKS: dict[str, _Look] = {
    "OUVERT": ("", "upload", _("Envoi pas fini")),
    "RECU": ("wait", "clock", _("En cours d’analyse")),
    "ANALYSE": ("wait", "clock", _("En cours d’analyse")),
    "A_CONFIRMER": ("wait", "lock", _("Mise à l’abri en cours")),
    "A_REVOIR": ("soon", "camera", _("Photo à reprendre")),
    "REFUSE": ("soon", "alert", _("Pas gardé")),
    "EXPIRE": ("soon", "clock", _("Détruit, faute de réponse")),
}
_AWAITS: dict[str, _Look] = {
    MINE: ("soon", "eye", _("À vérifier par vous")),
    MEMBERS: ("wait", "user", _("Attend la personne")),
    COLLEAGUES: ("wait", "users", _("Attend un collègue")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Underway:
    """`title`: of the kind of document. `url`: only for whoever sent it, whom it may await (`awaits_me`)."""

    title: str
    chip_kind: str
    chip_icon: str
    chip_text: str
    text: str
    url: str
    label: str | Promise
    awaits_me: bool


def underway(
    case: Case, rows: Sequence[Standing], *, space: str, reader: User, titled: Callable[[str], str]
) -> list[Underway]:
    """`titled`: the audience's words for a kind of document."""
    return [_line(case, row, space=space, reader=reader, title=titled(row.kind)) for row in rows]


def _line(case: Case, row: Standing, *, space: str, reader: User, title: str) -> Underway:
    whose = MINE if row.by_mail and space == "desk" else _whose(case, row, reader)
    kind, icon, words = _AWAITS[whose] if row.awaits_person else _look(row)
    why = SENTENCES[Code(row.code)].say(get_language() or "fr") if row.code and not row.is_under_way else ""
    return Underway(
        title=title,
        chip_kind=kind,
        chip_icon=icon,
        chip_text=str(words),
        text=why,
        url=reverse(f"{space}:deposit", args=[case.reference, row.id]) if whose == MINE else "",
        label=_("Vérifier ce document") if row.awaits_person else _("Voir où il en est"),
        awaits_me=whose == MINE and row.awaits_person,
    )


def _look(row: Standing) -> _Look:
    """Only who did not answer is told so."""
    unanswered = row.code in {"", Code.EXPIRED}
    return _LOOKS[row.state if row.state != "EXPIRE" or unanswered else "REFUSE"]


def _whose(case: Case, row: Standing, reader: User) -> str:
    if row.by_id == reader.pk:
        return MINE
    return MEMBERS if row.by_id == case.member.user_id else COLLEAGUES
