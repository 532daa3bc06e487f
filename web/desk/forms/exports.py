"""Asking for a list of many cases."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Campaign
from cases.rules.exports import Selection
from procedures import registry
from web.desk.forms.base import DeskForm, fill, note_box, radios
from web.desk.pages.words import OUTCOMES, STATES, choices, say
from web.parts.forms import DatePartsField

WITHOUT, WITH = "without", "with"
_STATES = [code for code in STATES if code != "erased"]


class ExportForm(DeskForm):
    """`counted`: the number that the page has shown; the request leaves when it still is true."""

    campaign = forms.ChoiceField(label=_("Quelle campagne ?"), required=False)
    procedure = forms.ChoiceField(label=_("Quelle démarche ?"), required=False)
    state = forms.ChoiceField(label=_("Dans quel état ?"), required=False)
    outcome = forms.ChoiceField(label=_("Avec quelle issue ?"), required=False)
    opened_from = DatePartsField(label=_("Ouverts depuis le (facultatif)"), required=False)
    opened_to = DatePartsField(label=_("Ouverts jusqu’au (facultatif)"), required=False)
    people = radios(
        label=_("Avec les personnes ?"),
        choices=[
            (WITHOUT, _("Sans : références, démarches, états et dates seulement")),
            (WITH, _("Avec leurs noms, adresses e-mail et téléphones")),
        ],
        initial=WITHOUT,
    )
    reason = note_box(
        label=_("À quoi servira cette liste ?"),
        help_text=_("La personne qui approuve lit cette phrase. Ne nommez personne."),
        required=True,
        max_length=500,
    )
    counted = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: QueryDict | None = None, *, association_id: int, today: date, campaigns: list[Campaign]
    ) -> None:
        super().__init__(data, association_id=association_id, today=today)
        procedures = [(one.key, say(one.short)) for one in registry.all_current()]
        fill(self, "campaign", [("", _("Toutes")), *((one.slug, one.title) for one in campaigns)])
        fill(self, "procedure", [("", _("Toutes")), *procedures])
        fill(self, "state", [("", _("Tous")), *choices(STATES, _STATES)])
        fill(self, "outcome", [("", _("Toutes")), *choices(OUTCOMES, OUTCOMES)])

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if typed.get("opened_from") and typed.get("opened_to") and typed["opened_from"] > typed["opened_to"]:
            self.add_error("opened_to", gettext("Cette date précède la première. Échangez-les."))
        return typed

    @property
    def selection(self) -> Selection:
        named = {name: self.cleaned_data[name] for name in ("campaign", "procedure", "state", "outcome")}
        return Selection(
            **named, opened_from=self.cleaned_data["opened_from"], opened_to=self.cleaned_data["opened_to"]
        )

    @property
    def with_people(self) -> bool:
        return bool(self.cleaned_data["people"] == WITH)


class DecideForm(DeskForm):
    """`seen`: the number of cases that whoever decides has read."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    decision = forms.ChoiceField(choices=[("approve", ""), ("refuse", "")])
