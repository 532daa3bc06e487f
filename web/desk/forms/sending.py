"""When the association's mails leave."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Association
from notifications.rules.windows import WHOLE_DAY
from web.desk.forms.base import DeskForm
from web.desk.pages.sending import hour

# Answers are codes, never bare numbers: those are what ids look like.
DAY_CODES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hour_code(number: int) -> str:
    return f"{number:02}:00"


def chosen_now(association: Association) -> dict[str, Any]:
    """The answers that hold, as the form's initial ones."""
    return {
        "weekdays": [DAY_CODES[int(day)] for day in association.sends_on],
        "opens": hour_code(association.sends_from),
        "closes": hour_code(association.sends_until),
    }


def _hour_of(code: str) -> int:
    return int(code.partition(":")[0])


class SendWindowForm(DeskForm):
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Quels jours ?"),
        help_text=_("Un jour férié compte comme un dimanche."),
        choices=lambda: [(code, capfirst(WEEKDAYS[day])) for day, code in enumerate(DAY_CODES)],
        coerce=DAY_CODES.index,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins un jour.")},
    )
    opens = forms.TypedChoiceField(
        label=_("À partir de quelle heure ?"),
        choices=lambda: [(hour_code(number), hour(number)) for number in range(WHOLE_DAY)],
        coerce=_hour_of,
    )
    closes = forms.TypedChoiceField(
        label=_("Jusqu’à quelle heure ?"),
        choices=lambda: [(hour_code(number), hour(number)) for number in range(1, WHOLE_DAY + 1)],
        coerce=_hour_of,
    )

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = self.cleaned_data
        if "opens" in typed and "closes" in typed and typed["closes"] <= typed["opens"]:
            self.add_error("closes", gettext("La fin doit venir après le début."))
        return typed
