"""Why a procedure cannot be opened for somebody, and the way out."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
