"""Depositing a justificatif, and checking one."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from procedures.rules.definitions import Definition
from web.desk.forms.base import DeskForm, radios
from web.desk.pages.words import say
from web.parts.fingerprints import ProofForm
from web.parts.refusals import REFUSALS
from web.parts.uploads import DocumentForm

OTHER = "other"


class UploadForm(DocumentForm, DeskForm):
    """One or several photos, or a file, and what they are."""

    field_order = ("kind", "photo", "file")

    def __init__(self, *args: Any, definition: Definition, in_pieces: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_pieces = in_pieces
        known = [(one.key, say(one.title)) for one in definition.justificatifs]
        self.offer([*known, (OTHER, gettext("Un autre document"))])


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


class KeptProofForm(ProofForm, DeskForm):
    """The file and the receipt that somebody shows at the desk."""
