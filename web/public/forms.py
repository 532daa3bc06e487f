"""The one public form: three questions about a letter. What is typed is answered at once and kept nowhere."""

from datetime import date
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from procedures.rules.facts import FactKind, KnownBy, StartFact
from web.parts.forms import DatePartsField, HouseForm

NEVER, UNKNOWN = "never", "unknown"
WRITTEN, POSTMARK, RECEIVED = "written", "postmark", "received"
# By which sign a written date is known, by the way the news came.
_WRITTEN_ON = {"letter": KnownBy.LETTER, "email": KnownBy.HEADER}


class TimeForm(HouseForm, forms.Form):
    """«Ai-je encore le temps ?»: how one was told, of when the letter is, and for whom."""

    told = forms.ChoiceField(
        label=_("1. Comment vous a-t-on prévenu ?"),
        choices=[
            ("letter", _("Par une lettre")),
            ("email", _("Par un courriel")),
            (NEVER, _("Rien n’est arrivé")),
            (UNKNOWN, _("Je ne sais plus")),
        ],
        widget=forms.RadioSelect,
    )
    known = forms.ChoiceField(
        label=_("La date que je connais, c’est…"),
        choices=[
            (WRITTEN, _("celle qui est écrite sur la lettre, ou celle du courriel")),
            (POSTMARK, _("celle du cachet de la poste, sur l’enveloppe")),
            (RECEIVED, _("seulement le jour où je l’ai reçu")),
            (UNKNOWN, _("aucune")),
        ],
        initial=WRITTEN,
        widget=forms.RadioSelect,
        required=False,
    )
    letter = DatePartsField(label=_("Cette date"), required=False)
    until = DatePartsField(label=_("Au plus tard le"), required=False)
    whom = forms.ChoiceField(
        label=_("3. Pour qui est-ce ?"),
        choices=[
            ("self", _("Pour moi")),
            ("child", _("Pour mon enfant")),
            ("represented", _("Pour un adulte que je représente")),
        ],
        initial="self",
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, data: QueryDict | None = None, *, today: date) -> None:
        super().__init__(data)
        for name in ("letter", "until"):
            cast(DatePartsField, self.fields[name]).latest = today

    def clean_known(self) -> str:
        return str(self.cleaned_data["known"] or WRITTEN)

    def clean_whom(self) -> str:
        return str(self.cleaned_data["whom"] or "self")

    def clean(self) -> None:
        if self.has_no_date:
            for name in ("letter", "until"):
                self.errors.pop(name, None)
            return
        letter, until = self.cleaned_data.get("letter"), self.cleaned_data.get("until")
        if letter is None and "letter" not in self.errors:
            self.add_error("letter", gettext("Indiquez la date : le jour, le mois et l’année."))
        if letter and until and until < letter:
            self.add_error("until", gettext("Cette date doit suivre la première."))

    @property
    def has_no_date(self) -> bool:
        return self.cleaned_data.get("told") == NEVER or self.cleaned_data.get("known") == UNKNOWN

    @property
    def is_unsure(self) -> bool:
        """Was a second date typed, right or wrong?"""
        return bool(self["until"].errors) or any(self["until"].value() or ())

    @property
    def fact(self) -> StartFact | None:
        """What was said, once valid; None when no date is known."""
        if self.has_no_date:
            return None
        typed: dict[str, Any] = self.cleaned_data
        kind = FactKind.RECEIVED if typed["known"] == RECEIVED else FactKind.SENT
        return StartFact(kind, typed["letter"], typed["until"] or typed["letter"], self._known_by(typed))

    @staticmethod
    def _known_by(typed: dict[str, Any]) -> str:
        if typed["known"] == WRITTEN:
            return _WRITTEN_ON.get(typed["told"], "")
        return KnownBy.POSTMARK if typed["known"] == POSTMARK else KnownBy.MEMORY

    @property
    def answers(self) -> dict[str, str]:
        return {"notified_by": self.cleaned_data["told"]}
