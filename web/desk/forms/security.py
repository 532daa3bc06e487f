"""Looking things up in the audit log, and what an association chooses about its own safety."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.rules.audit import AuditKind
from web.desk.forms.base import DeskForm, fill, radios
from web.desk.pages.audit import KINDS, WHYS
from web.parts.forms import DatePartsField, HouseForm

ALL, OWN = "all", "own"
DECOY, ORDINARY = "leurre", "ordinaire"


class AuditForm(HouseForm, forms.Form):
    """Asked by GET, in codes and the reference of a case: neither a name nor an address ever stands in a URL."""

    qui = forms.ChoiceField(
        label=_("Qui ?"), help_text=_("Ce que cette personne a fait, et ce qui la concerne."), required=False
    )
    dossier = forms.CharField(label=_("Quel dossier ?"), help_text=_("Sa référence."), required=False, max_length=20)
    type = forms.ChoiceField(label=_("Quoi ?"), required=False)
    raison = forms.ChoiceField(label=_("Pour quelle raison ?"), required=False)
    du = DatePartsField(label=_("Depuis le (facultatif)"), required=False)
    au = DatePartsField(label=_("Jusqu’au (facultatif)"), required=False)

    def __init__(self, data: QueryDict | None, *, today: date, people: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.not_after(today, "du", "au")
        fill(self, "qui", [("", _("Tout le monde")), *people])
        fill(self, "type", [("", _("Tout")), *((kind.value, KINDS[kind]) for kind in AuditKind)])
        fill(self, "raison", [("", _("Toutes")), *((str(code), words) for code, words in WHYS.items())])

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = self.cleaned_data
        if typed.get("du") and typed.get("au") and typed["du"] > typed["au"]:
            self.add_error("au", gettext("Cette date précède la première. Échangez-les."))
        return typed


class CanaryForm(DeskForm):
    reference = forms.CharField(
        label=_("Référence du dossier"),
        help_text=_("Un dossier inventé, sans adresse ni compte : jamais celui d’une vraie personne."),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    state = radios(
        label=_("Que devient-il ?"),
        choices=[
            (DECOY, _("Un leurre : l’ouvrir déclenche une alerte, et il ne compte dans aucun chiffre")),
            (ORDINARY, _("De nouveau un dossier ordinaire")),
        ],
        initial=DECOY,
    )


class VisibilityForm(DeskForm):
    sees = radios(
        label=_("Quels dossiers voient les bénévoles ?"),
        choices=[
            (ALL, _("Tous ceux de l’association ; pour ceux d’un collègue, la raison est demandée")),
            (OWN, _("Les leurs, et ceux que personne ne suit")),
        ],
    )
