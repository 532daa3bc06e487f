"""When the association's mails leave."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.rules.windows import WHOLE_DAY
from web.desk.forms.base import DeskForm
from web.desk.pages.sending import hour


class SendWindowForm(DeskForm):
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Quels jours ?"),
        help_text=_("Un jour férié compte comme un dimanche."),
        choices=lambda: [(day, capfirst(name)) for day, name in WEEKDAYS.items()],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins un jour.")},
    )
    opens = forms.TypedChoiceField(
        label=_("À partir de quelle heure ?"),
        choices=lambda: [(number, hour(number)) for number in range(WHOLE_DAY)],
        coerce=int,
    )
    closes = forms.TypedChoiceField(
        label=_("Jusqu’à quelle heure ?"),
        choices=lambda: [(number, hour(number)) for number in range(1, WHOLE_DAY + 1)],
        coerce=int,
    )

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = self.cleaned_data
        if "opens" in typed and "closes" in typed and typed["closes"] <= typed["opens"]:
            self.add_error("closes", gettext("La fin doit venir après le début."))
        return typed
