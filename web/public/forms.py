"""The one public form: a date to count from. It is sent by GET and kept nowhere."""

from datetime import date
from typing import cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from procedures.rules.facts import FactKind, StartFact
from web.parts.forms import DatePartsField, HouseForm

NEVER = "never"


class LetterForm(HouseForm, forms.Form):
    """When the letter or e-mail was sent, or came."""

    letter = DatePartsField(
        label=_("Quelle date porte votre courrier ?"),
        help_text=_("La lettre ou le courriel qui annonce l’ouverture de l’espace."),
        required=False,
    )
    letter_is = forms.ChoiceField(
        label=_("Cette date, c’est…"),
        choices=[
            (FactKind.SENT.value, _("celle de l’envoi : écrite sur la lettre, le cachet ou l’en-tête du courriel")),
            (FactKind.RECEIVED.value, _("le jour où je l’ai reçu")),
            (NEVER, _("je n’ai pas reçu de courrier")),
        ],
        initial=FactKind.SENT.value,
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, data: QueryDict | None = None, *, today: date) -> None:
        super().__init__(data)
        cast(DatePartsField, self.fields["letter"]).latest = today

    def clean_letter_is(self) -> str:
        return str(self.cleaned_data["letter_is"] or FactKind.SENT.value)

    def clean(self) -> None:
        if self.no_letter:
            self.errors.pop("letter", None)
        elif "letter" not in self.errors and self.cleaned_data.get("letter") is None:
            self.add_error("letter", str(_("Indiquez la date : le jour, le mois et l’année.")))

    @property
    def no_letter(self) -> bool:
        return bool(self.cleaned_data.get("letter_is") == NEVER)

    @property
    def fact(self) -> StartFact | None:
        """What was said, once valid; None when no letter came."""
        if self.no_letter:
            return None
        day = self.cleaned_data["letter"]
        return StartFact(self.cleaned_data["letter_is"], day, day)

    @property
    def answers(self) -> dict[str, str]:
        return {"notified_by": "never"} if self.no_letter else {}
