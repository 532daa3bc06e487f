"""Sentences of refusal that the desk and the portal share."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.actions import BeforeLetter
from web.parts.french import plain_words

# Why a justificatif is asked for again: the volunteer's answer, and what the person reads.
REFUSALS: dict[str, str | Promise] = {
    "other_document": _("Ce n’est pas le justificatif officiel."),
    "other_person": _("Il ne porte pas le nom de la bonne personne."),
    "no_date": _("Il ne porte pas de date."),
    "unreadable": _("Il n’est pas lisible en entier."),
}

# Of a file that came before files were cleaned.
DESTROYED = _("Le fichier, arrivé avant que les numéros soient cachés, a été détruit.")


def before_letter(early: BeforeLetter) -> str:
    """An act cannot be older than the letter that it answers."""
    day = plain_words(early.sent_on)
    return gettext(
        "Le courrier est parti le %(day)s : la démarche ne peut pas dater d’avant. Vérifiez les deux jours."
    ) % {"day": day}
