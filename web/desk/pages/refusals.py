"""Why a procedure cannot be opened, or a step taken, and the way out."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.rules.lifecycle import EventKind, State

_SENTENCES: dict[str, str | Promise] = {
    "beneficiary": _(
        "Cette démarche n’est pas prévue pour cette personne. Choisissez-en une autre, ou changez « pour qui »."
    ),
    "ground": _("Dites à quel titre l’adhérent agit : sans titre, la démarche ne peut pas être ouverte."),
    "disagreement": _(
        "L’autre parent n’est pas d’accord : le dossier ne peut pas être ouvert par un seul. "
        "Seul un accord, ou une décision du juge aux affaires familiales, le permet."
    ),
    "retired": _("Cette démarche n’existe plus. Choisissez-en une autre."),
}


def not_admitted(code: str) -> str:
    return str(_SENTENCES.get(code, _SENTENCES["beneficiary"]))


def not_now(state: State, event: EventKind) -> str:
    """Why a step that a page does not offer cannot be taken by its address either."""
    if event is EventKind.CASE_REOPENED:
        return gettext("Ce dossier n’est pas clos : il n’y a rien à rouvrir.")
    if state is State.CLOSED:
        return gettext("Ce dossier est clos. Rouvrez-le d’abord.")
    if state is State.PREPARING:
        return gettext("Ce dossier attend encore l’accord de la personne. Notez-le d’abord.")
    return gettext("Le dossier n’en est pas à cette étape.")
