"""Where a message belongs, and a member's address corrected."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from web.desk.forms.base import DeskForm, VersionedForm, fill, leave_out, radios
from web.parts.forms import AddressField

OTHER = "autre"


class MailForm(DeskForm):
    """`suggested`: (reference, words) of the cases that it may be about, the likeliest first."""

    to = radios(label=_("Dans quel dossier ?"), required=False)
    reference = forms.CharField(
        label=_("Sa référence"),
        help_text=_("Celle d’un autre dossier, par exemple BADU-KEVI-TOR."),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, suggested: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fill(self, "to", [*suggested, (OTHER, gettext("Un autre dossier, dont voici la référence"))])
        if not suggested:
            leave_out(self, "to")

    def clean(self) -> dict[str, Any]:
        super().clean()
        typed: dict[str, Any] = self.cleaned_data
        chosen = typed.get("to", "" if "to" in self.fields else OTHER)
        if not self.errors and not chosen:
            self.add_error("to", gettext("Choisissez un dossier."))
        if chosen == OTHER and not typed.get("reference"):
            self.add_error("reference", gettext("Écrivez la référence du dossier."))
        typed["chosen"] = typed.get("reference", "") if chosen == OTHER else chosen
        return typed


class AddressForm(VersionedForm):
    email = AddressField(
        label=_("Son adresse de courriel"),
        help_text=_("Les rappels partiront à cette adresse, et les codes pour entrer aussi. Relisez-la à voix haute."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if not email.strip():
            raise ValidationError(gettext("Écrivez une adresse."))
        return email
