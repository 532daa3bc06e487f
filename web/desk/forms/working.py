"""Day-to-day work: confide, set aside, note, consent."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import StopWhen
from web.desk.forms.base import DeskForm, VersionedForm, fill, note_box, radios
from web.parts.forms import DatePartsField

NOBODY = "equipe"
MYSELF = "moi"


class AssignForm(VersionedForm):
    to = radios(label=_("À qui ?"))
    note = note_box(
        label=_("Un mot pour la suite"),
        help_text=_("Ce qu’il faut savoir avant d’agir. Visible dans le dossier."),
        max_length=500,
    )

    def __init__(self, *args: Any, team: Sequence[tuple[str, str]], reader: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reader = reader
        fill(self, "to", [*team, (NOBODY, gettext("Personne : rendre à l’équipe"))])

    def clean(self) -> dict[str, Any]:
        super().clean()
        typed: dict[str, Any] = self.cleaned_data
        if typed.get("to") not in {None, self.reader, NOBODY} and not typed.get("note"):
            self.add_error(
                "note", gettext("Laissez un mot à votre collègue : où en est la personne, que faire ensuite.")
            )
        return typed


class _Later(DeskForm):
    """A day to come, why, and what makes it needless before."""

    until = DatePartsField(label=_("Jusqu’à quel jour ?"), latest=date(2100, 12, 31))
    reason = note_box(
        label=_("Pourquoi ?"),
        help_text=_("Une phrase pour qui reprendra le dossier. Visible de l’équipe seulement."),
        required=True,
        max_length=500,
    )
    stop_when = radios(label=_("Et avant ce jour, qu’est-ce qui y met fin ?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fill(self, "stop_when", list(StopWhen.choices))
        self.fields["stop_when"].initial = StopWhen.NOTHING

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until <= self.today:
            raise ValidationError(gettext("Choisissez un jour à venir."))
        return until


class HoldForm(_Later):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].help_text = gettext(
            "Le dossier reviendra ce jour-là. Un délai dépassé reste visible malgré tout."
        )


class ReminderForm(_Later):
    to = radios(label=_("Pour qui ?"))
    field_order = ("until", "reason", "to", "stop_when")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].label = gettext("Quel jour ?")
        fill(self, "to", [(MYSELF, gettext("Pour moi")), (NOBODY, gettext("Pour toute l’équipe"))])
        self.fields["to"].initial = MYSELF


class NoteForm(DeskForm):
    text = note_box(
        label=_("Votre note"),
        help_text=_(
            "Jamais un numéro de sécurité sociale, de carte, ni un code. La personne peut demander à lire les notes."
        ),
        required=True,
    )


class ConsentForm(DeskForm):
    """What the person answered when it was read aloud; nothing is ticked beforehand but what stands already."""

    handling = radios(label=_("« Nous suivons votre dossier et gardons vos dates. »"))
    statistics = radios(label=_("« Votre cas compte dans nos chiffres, sans votre nom. »"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("handling", "statistics"):
            fill(self, name, [("yes", gettext("D’accord")), ("no", gettext("Pas d’accord"))])
