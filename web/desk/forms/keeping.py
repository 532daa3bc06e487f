"""For how many months the association keeps its cases."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Association
from cases.rules.keeping import ACTIVE, ARCHIVE, Terms
from web.desk.forms.base import DeskForm


def code_of(months: int) -> str:
    """Answers are codes, never bare numbers: those are what ids look like."""
    return f"P{months}M"


def months_of(code: str) -> int:
    return int(code[1:-1])


def chosen_now(association: Association) -> dict[str, Any]:
    """The answers that hold, as the form's initial ones."""
    return {"active": code_of(association.active_months), "archive": code_of(association.archive_months)}


def _answers(months: range) -> list[tuple[str, str]]:
    return [(code_of(number), ngettext("%(n)s mois", "%(n)s mois", number) % {"n": number}) for number in months]


class KeepingForm(DeskForm):
    """`counted`: the choice and how many cases it concerns at once, as whoever chose has just read."""

    active = forms.TypedChoiceField(
        label=_("Combien de temps l’équipe garde-t-elle un dossier après sa dernière échéance ?"),
        help_text=_("Ou après le dernier geste dans le dossier, s’il est plus récent."),
        choices=lambda: _answers(ACTIVE),
        coerce=months_of,
    )
    archive = forms.TypedChoiceField(
        label=_("Et combien de temps reste-t-il ensuite en archive ?"),
        help_text=_("Deux mois au moins : l’adhérent est prévenu trente jours, puis sept jours avant l’effacement."),
        choices=lambda: _answers(ARCHIVE),
        coerce=months_of,
    )
    counted = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)

    @property
    def terms(self) -> Terms:
        return Terms(active=self.cleaned_data["active"], archive=self.cleaned_data["archive"])
