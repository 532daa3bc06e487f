"""Why a justificatif is asked for again: the volunteer's answer, and what the person reads."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, str | Promise] = {
    "other_document": _("Ce n’est pas le justificatif officiel."),
    "other_person": _("Il ne porte pas le nom de la bonne personne."),
    "no_date": _("Il ne porte pas de date."),
    "unreadable": _("Il n’est pas lisible en entier."),
}
