"""Why a case that a colleague follows is opened."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from web.desk.forms.base import DeskForm, note_box

FEWEST_LETTERS = 10


class ReasonForm(DeskForm):
    reason = note_box(
        label=_("Pourquoi ouvrez-vous ce dossier ?"),
        help_text=_(
            "Une phrase suffit, par exemple : « La personne rappelle, sa bénévole est absente. » "
            "Elle reste dans le dossier. La personne voit qui a ouvert son dossier, pas cette phrase."
        ),
        required=True,
        max_length=300,
    )

    def clean_reason(self) -> str:
        """One letter would open the case and tell nobody why."""
        reason = str(self.cleaned_data["reason"])
        if sum(sign.isalpha() for sign in reason) < FEWEST_LETTERS:
            raise forms.ValidationError(gettext("Dites-le en quelques mots : dix lettres au moins."))
        return reason
