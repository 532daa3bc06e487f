"""A place that somebody hides on a page, in percents of it: typed, or drawn on the picture by a script."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vault.rules.zones import Zone
from web.parts.forms import HouseForm

WHOLE = 100.0
_ROUNDED = 0.05  # of a percent: three boxes that were rounded may add up to a little more than the page


def _measure(label: Any, **kwargs: Any) -> forms.FloatField:
    return forms.FloatField(
        label=label,
        min_value=0,
        max_value=WHOLE,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": "5"}),
        error_messages={
            "required": _("Écrivez un nombre de 0 à 100."),
            "invalid": _("Écrivez un nombre de 0 à 100, par exemple 12,5."),
            "min_value": _("Écrivez un nombre de 0 à 100."),
            "max_value": _("Écrivez un nombre de 0 à 100."),
        },
        **kwargs,
    )


class ZoneForm(HouseForm, forms.Form):
    """`pages`: how many the document has. A document of one page does not ask which."""

    page = forms.TypedChoiceField(label=_("Sur quelle page ?"), coerce=int)
    left = _measure(_("Distance du bord gauche, en %"))
    top = _measure(_("Distance du haut, en %"))
    width = _measure(_("Largeur, en %"))
    height = _measure(_("Hauteur, en %"))

    def __init__(self, data: Any = None, *, pages: int) -> None:
        super().__init__(data, auto_id="zone_%s", initial={"page": 1})
        field = self.fields["page"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  narrows the type
        field.choices = [(number, number) for number in range(1, pages + 1)]
        if pages == 1:
            field.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        for start, length in (("left", "width"), ("top", "height")):
            if start not in typed or length not in typed:
                continue
            if typed[start] >= WHOLE or typed[start] + typed[length] > WHOLE + _ROUNDED:
                self.add_error(length, gettext("La zone sort de la page. Écrivez un nombre plus petit."))
            elif not typed[length]:
                self.add_error(length, gettext("La zone doit avoir une largeur et une hauteur."))
        return typed

    @property
    def zone(self) -> Zone:
        typed = {name: self.cleaned_data[name] / WHOLE for name in ("left", "top", "width", "height")}
        right, bottom = min(1.0, typed["left"] + typed["width"]), min(1.0, typed["top"] + typed["height"])
        return Zone.box(self.cleaned_data["page"], left=typed["left"], top=typed["top"], right=right, bottom=bottom)
