"""Depositing a justificatif, and checking one."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from procedures.rules.definitions import Definition
from web.desk.forms.base import DeskForm, fill, radios
from web.desk.pages.words import say
from web.parts.refusals import REFUSALS

OTHER = "other"


class UploadForm(DeskForm):
    kind = radios(label=_("Quel document est-ce ?"))
    file = forms.FileField(
        label=_("Le document"),
        help_text=_("PDF, JPEG ou PNG, 25 Mo au plus."),
        allow_empty_file=True,
        error_messages={"required": _("Choisissez un fichier, ou prenez une photo.")},
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )

    def __init__(self, *args: Any, definition: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(one.key, say(one.title)) for one in definition.justificatifs]
        fill(self, "kind", [*known, (OTHER, gettext("Un autre document"))])


_YES_NO = [("yes", _("Oui")), ("no", _("Non"))]


class CheckForm(DeskForm):
    """Four questions; the first «no» is the reason that the person reads."""

    other_document = radios(label=_("Est-ce le justificatif officiel ?"), choices=_YES_NO)
    other_person = radios(label=_("Porte-t-il le nom de la bonne personne ?"), choices=_YES_NO)
    no_date = radios(label=_("Porte-t-il une date ?"), choices=_YES_NO)
    unreadable = radios(label=_("Est-il lisible en entier ?"), choices=_YES_NO)

    @property
    def refusal(self) -> str:
        """The code of what is wrong, "" when all is right."""
        return next((code for code in REFUSALS if self.cleaned_data[code] == "no"), "")
