"""A date of the case, noted or corrected."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from procedures.rules.definitions import Definition
from web.desk.forms.base import VersionedForm, fill, leave_out, radios
from web.desk.pages.words import FACTS, KNOWN_BY, NOTIFIED_BY, RESIDENCES, choices
from web.parts import deletion
from web.parts.forms import DatePartsField
from web.parts.ways import DELETION


class FactForm(VersionedForm):
    """Recorded beside the former one, never over it."""

    kind = radios(label=_("Que s’est-il passé ?"), required=False)
    earliest = DatePartsField(label=_("Quel jour ?"), required=False)
    latest = DatePartsField(
        label=_("Si le jour n’est pas sûr, au plus tard le"),
        required=False,
        help_text=_("Laissez vide quand le jour est sûr."),
    )
    known_by = forms.ChoiceField(
        label=_("Comment le sait-on ? Par…"),
        required=False,
        choices=[("", _("Choisissez")), *choices(KNOWN_BY, KNOWN_BY)],
    )
    notified_by = forms.ChoiceField(
        label=_("Comment le courrier est-il venu ?"),
        required=False,
        choices=[("", _("Sans changement")), *choices(NOTIFIED_BY, NOTIFIED_BY)],
    )
    residence = forms.ChoiceField(
        label=_("Où la personne habite-t-elle ?"),
        help_text=_("Un recours est plus long d’un mois outre-mer, de deux à l’étranger."),
        required=False,
        choices=[("", _("Sans changement")), *choices(RESIDENCES, RESIDENCES)],
    )
    deletion_requested = forms.ChoiceField(
        label=deletion.QUESTION, required=False, choices=[("", _("Sans changement")), *deletion.ANSWERS.items()]
    )

    def __init__(self, *args: Any, definition: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not definition.begins_with_a_letter:
            leave_out(self, "notified_by")
        if not definition.grows_with_distance:
            leave_out(self, "residence")
        fill(self, "kind", choices(FACTS, kinds_of(definition)))
        if deletion.option_of(definition) is None:
            leave_out(self, DELETION)

    def clean(self) -> dict[str, Any]:
        super().clean()
        typed: dict[str, Any] = self.cleaned_data
        check_range(self, "earliest", "latest")
        said_only_how = bool(typed.get("notified_by")) and typed.get("kind") in {"sent", ""}
        answered = said_only_how or bool(typed.get("residence") or typed.get(DELETION))
        if not typed.get("earliest") and "earliest" not in self.errors and not answered:
            self.add_error("earliest", gettext("Indiquez la date : le jour, le mois et l’année."))
        if typed.get("earliest"):
            self._check_date_is_known()
        return typed

    def _check_date_is_known(self) -> None:
        """A date says of what it is the day, and how it is known; nothing is taken for granted."""
        if not self.cleaned_data.get("kind"):
            self.add_error("kind", gettext("Dites de quoi c’est la date."))
        if not self.cleaned_data.get("known_by"):
            self.add_error("known_by", gettext("Dites comment cette date est connue."))


def kinds_of(definition: Definition) -> list[str]:
    """The facts that this procedure's deadlines look at, in the order of the table."""
    used = {"sent", "received"} if definition.begins_with_a_letter else set[str]()
    for rule in definition.deadlines:
        used |= {rule.start_fact, *rule.met_by}
        used |= {"extended"} if rule.extension else set()
        used |= {"paused", "resumed"} if rule.pausable or rule.restarts else set()
    return [kind for kind in FACTS if kind in used]


def check_range(form: forms.Form, first: str, last: str) -> None:
    """The first day of a range comes before its last, and a last day needs a first."""
    earliest, latest = form.cleaned_data.get(first), form.cleaned_data.get(last)
    if latest and earliest and latest < earliest:
        form.add_error(last, gettext("Cette date doit suivre la première."))
    if latest and not earliest and first not in form.errors:
        form.add_error(first, gettext("Indiquez aussi le premier jour possible."))
