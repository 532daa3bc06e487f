"""An attempt: over which channel, what came of it, was the justificatif asked for."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from procedures.rules.definitions import Definition
from web.desk.forms.base import VersionedForm, fill, leave_out, note_box, radios
from web.desk.pages.words import say
from web.parts import deletion
from web.parts.forms import DatePartsField
from web.parts.ways import DELETION

_MADE = {"confirmed", "unconfirmed"}


class AttemptForm(VersionedForm):
    """`is_deletion_asked`: somebody noted it already, and it is not asked about again."""

    channel = radios(label=_("Par quel moyen ?"))
    made_on = DatePartsField(label=_("Quel jour ?"))
    result = radios(
        label=_("Le conseiller, ou le site, a-t-il confirmé ?"),
        choices=[
            ("confirmed", _("Oui, c’est enregistré")),
            ("unconfirmed", _("C’est demandé, mais rien n’est confirmé")),
            ("failed", _("Non, cela n’a pas abouti")),
            ("refused", _("Non, on nous a opposé un refus")),
        ],
    )
    justificatif_asked = radios(
        label=_("Le justificatif a-t-il été demandé ?"),
        help_text=_("La suite du dossier en dépend : il n’est jamais envoyé d’office."),
        choices=[("yes", _("Oui")), ("no", _("Non"))],
        error_messages={"required": _("Répondez avant de finir : la suite du dossier en dépend.")},
    )
    deletion_requested = radios(label=deletion.QUESTION, required=False)
    obstacle = forms.ChoiceField(label=_("Qu’est-ce qui a gêné ?"), required=False)
    adviser_reference = forms.CharField(
        label=_("Nom ou référence donnés par le conseiller"),
        help_text=_("Jamais le numéro de sécurité sociale, ni celui de la carte, ni le code."),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = note_box(label=_("Note de l’équipe"))

    def __init__(self, *args: Any, definition: Definition, is_deletion_asked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fill(self, "channel", [(channel.key, say(channel.title)) for channel in definition.channels])
        met = [(obstacle.code, say(obstacle.title)) for obstacle in definition.obstacles]
        fill(self, "obstacle", [("", gettext("Rien")), *met])
        option = deletion.option_of(definition)
        if option is None or is_deletion_asked:
            leave_out(self, DELETION)
            return
        fill(self, DELETION, list(deletion.choices(option)))

    def clean(self) -> dict[str, Any]:
        super().clean()
        typed: dict[str, Any] = self.cleaned_data
        if self._lacks_deletion(typed):
            self.add_error(DELETION, gettext("Répondez : sans cette demande, tout reste archivé dix ans."))
        return typed

    def _lacks_deletion(self, typed: dict[str, Any]) -> bool:
        is_asked = DELETION in self.fields and DELETION not in self.errors
        return is_asked and typed.get("result") in _MADE and not typed.get(DELETION)
