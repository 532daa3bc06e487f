"""What a member types: their address or code, what they did, their consent, a photo."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from cases.models import AttemptResult
from procedures.rules.definitions import Channel, Definition
from web.parts import deletion
from web.parts.fingerprints import KeptFileForm, SignsField
from web.parts.forms import DatePartsField, HouseForm, check_address
from web.parts.mails import MailFields
from web.parts.uploads import DocumentForm

CARD_SIGNS = 12
CODE_SIGNS = 8
TRAP = "site"
EARLIEST = date(1900, 1, 1)
# No number of a person is typed here: thirteen digits, or twelve around the A or B of Corsica, are no reference.
_PERSONAL_NUMBER = re.compile(r"\d{13}|\d{6}[AB]\d{6}")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_SEPARATORS = re.compile(r"[\s.\-]")


class EntryForm(HouseForm, forms.Form):
    """An e-mail address or a card's code, in one box."""

    who = forms.CharField(
        label=_("Votre adresse e-mail, ou le code de votre carte"),
        help_text=_("L’adresse donnée à l’association, ou les douze signes imprimés sur la carte de la permanence."),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "inputmode": "email"}
        ),
        error_messages={"required": _("Écrivez votre adresse e-mail, ou le code de votre carte.")},
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_who(self) -> str:
        typed = str(self.cleaned_data["who"])
        if "@" in typed:
            check_address(typed)
        elif sum(sign.isalnum() for sign in typed) != CARD_SIGNS:
            raise ValidationError(gettext("Ce n’est ni une adresse complète, ni un code de carte de douze signes."))
        return typed

    @property
    def is_trapped(self) -> bool:
        """The box that people do not see was filled: by a program."""
        return bool(self.data.get(TRAP))

    @property
    def is_card(self) -> bool:
        return "@" not in self.cleaned_data["who"]


class CodeForm(HouseForm, forms.Form):
    code = forms.CharField(
        label=_("Votre code à 8 chiffres"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": _("Tapez les 8 chiffres du message.")},
    )

    def clean_code(self) -> str:
        """A code that is cut short costs no try."""
        typed = str(self.cleaned_data["code"])
        if sum(sign.isalnum() for sign in typed) != CODE_SIGNS:
            raise ValidationError(gettext("Le code a 8 chiffres. Recopiez-les tous ; cet essai ne compte pas."))
        return typed


class PostedForm(HouseForm, forms.Form):
    """`token`: the same form sent twice is one act. `version`: of the case that was shown."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, files: Any = None, *, version: int | None = None, **kwargs: Any) -> None:
        super().__init__(data, files, initial={"token": uuid4(), "version": version}, **kwargs)

    @property
    def sent_token(self) -> UUID:
        token: UUID = self.cleaned_data["token"]
        return token


RESULTS = [
    (AttemptResult.CONFIRMED.value, _("C’est fait, et on me l’a confirmé")),
    (AttemptResult.UNCONFIRMED.value, _("C’est fait, mais rien ne me l’a confirmé")),
    (AttemptResult.FAILED.value, _("Je n’ai pas réussi")),
    (AttemptResult.REFUSED.value, _("On m’a répondu non")),
]
_MADE = {AttemptResult.CONFIRMED.value, AttemptResult.UNCONFIRMED.value}
_DAYS = [("today", _("Aujourd’hui")), ("yesterday", _("Hier")), ("other", _("Un autre jour"))]


class ReportForm(PostedForm):
    """What a member did over a channel and what came of it, in answers of the first person."""

    channel = forms.ChoiceField(label=_("Par quel moyen ?"), widget=forms.RadioSelect)
    result = forms.ChoiceField(label=_("Qu’est-ce que cela a donné ?"), choices=RESULTS, widget=forms.RadioSelect)
    obstacle = forms.ChoiceField(
        label=_("Qu’est-ce qui vous a arrêté ?"),
        help_text=_("Seulement si vous n’avez pas réussi."),
        required=False,
    )
    asked = forms.ChoiceField(
        label=_("Avez-vous demandé le justificatif ?"),
        choices=[("yes", _("Oui, je l’ai demandé ou téléchargé")), ("no", _("Non"))],
        widget=forms.RadioSelect,
    )
    deletion = forms.ChoiceField(label=deletion.QUESTION, required=False, widget=forms.RadioSelect)
    when = forms.ChoiceField(label=_("Quel jour ?"), choices=_DAYS, widget=forms.RadioSelect)
    other_day = DatePartsField(label=_("Si c’est un autre jour, lequel ?"), required=False, earliest=EARLIEST)
    reference = forms.CharField(
        label=_("La référence donnée par le conseiller"),
        help_text=_("Si on vous en a donné une. Jamais votre numéro de sécurité sociale, ni celui de la carte."),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        definition: Definition,
        channel: Channel | None,
        is_deletion_asked: bool,
        today: date,
        version: int | None = None,
    ) -> None:
        super().__init__(data, version=version)
        self.today = today
        self._set_channel(definition, channel)
        self._set_obstacles(definition)
        self._set_deletion(definition, is_asked=is_deletion_asked)
        self._day_field("other_day").latest = today
        if channel and not channel.phone and not self["reference"].data:  # what was typed is not lost
            del self.fields["reference"]

    def _day_field(self, name: str) -> DatePartsField:
        field = self.fields[name]
        assert isinstance(field, DatePartsField)  # noqa: S101  narrows the type
        return field

    def _choice_field(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  narrows the type
        return field

    def _set_channel(self, definition: Definition, channel: Channel | None) -> None:
        field = self._choice_field("channel")
        field.choices = [(one.key, one.title.say(_language())) for one in definition.channels]
        if channel:
            field.widget = forms.HiddenInput()
            self.initial["channel"] = channel.key

    def _set_obstacles(self, definition: Definition) -> None:
        told = [(one.code, one.title.say(_language())) for one in definition.obstacles]
        self._choice_field("obstacle").choices = [("", gettext("Rien de cette liste")), *told]

    def _set_deletion(self, definition: Definition, *, is_asked: bool) -> None:
        """What somebody noted already is not asked about again."""
        option = deletion.option_of(definition)
        if option is None or is_asked:
            del self.fields["deletion"]
            return
        self._choice_field("deletion").choices = deletion.choices(option)

    def clean_reference(self) -> str:
        typed = str(self.cleaned_data["reference"])
        if _PERSONAL_NUMBER.search(_SEPARATORS.sub("", typed).upper()):
            raise ValidationError(
                gettext("Ce numéro ressemble à un numéro personnel. Ne l’écrivez pas ici : laissez cette case vide.")
            )
        return typed

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if cleaned.get("when") == "other" and not cleaned.get("other_day") and "other_day" not in self.errors:
            self.add_error("other_day", gettext("Indiquez la date : le jour, le mois et l’année."))
        if "deletion" in self.fields and cleaned.get("result") in _MADE and not cleaned.get("deletion"):
            self.add_error("deletion", gettext("Répondez : sans cette demande, tout reste archivé dix ans."))
        return cleaned

    @property
    def made_on(self) -> date:
        other: date | None = self.cleaned_data.get("other_day")
        days = {"today": self.today, "yesterday": self.today - timedelta(days=1)}
        return days.get(self.cleaned_data["when"]) or other or self.today

    @property
    def outcome(self) -> AttemptResult:
        return AttemptResult(self.cleaned_data["result"])


class ConsentForm(PostedForm):
    """Two consents, each its own; none is ticked beforehand."""

    handling = forms.BooleanField(
        label=_("J’accepte que l’association suive mon dossier."),
        error_messages={"required": _("Sans cet accord, l’association ne peut pas suivre votre dossier.")},
    )
    statistics = forms.BooleanField(
        label=_("J’accepte aussi que mon dossier compte dans des chiffres anonymes."),
        help_text=_("C’est libre : votre dossier est suivi de la même façon dans les deux cas."),
        required=False,
    )


class MailForm(MailFields, PostedForm):
    """How a member wants the mails of this association."""


class EraseForm(PostedForm):
    """Never ticked beforehand."""

    sure = forms.BooleanField(
        label=_("Oui, tout effacer. Je sais que personne ne pourra le retrouver."),
        error_messages={"required": _("Cochez cette case pour effacer. Sinon, rien ne change.")},
    )


class UploadForm(DocumentForm, PostedForm):
    """One or several photos, or a file, and what they are."""

    field_order = ("kind", "photo", "file")

    def __init__(
        self, data: Any = None, files: Any = None, *, kinds: Iterable[tuple[str, str]], in_pieces: bool = False
    ) -> None:
        super().__init__(data, files)
        self.in_pieces = in_pieces
        self.offer(kinds)


class FingerprintForm(KeptFileForm, PostedForm):
    """A file that stays with the member: its fingerprint, made by the browser's script; or the file, sent once."""

    kind = forms.ChoiceField(label=_("Quel document gardez-vous ?"), widget=forms.RadioSelect)
    fingerprint = SignsField(required=False, widget=forms.HiddenInput)
    field_order = ("kind", "file")

    def __init__(self, data: Any = None, files: Any = None, *, kinds: Iterable[tuple[str, str]]) -> None:
        super().__init__(data, files)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  narrows the type
        field.choices = list(kinds)
        if len(field.choices) == 1:
            field.widget = forms.HiddenInput()
            self.initial["kind"] = field.choices[0][0]

    @property
    def is_from_script(self) -> bool:
        return bool(self.data.get("fingerprint"))

    def clean_fingerprint(self) -> str:
        typed = str(self.cleaned_data["fingerprint"] or "")
        if typed and not _FINGERPRINT.fullmatch(typed):
            raise ValidationError(gettext("Ce n’est pas une empreinte. Rechargez la page, et recommencez."))
        return typed

    def clean(self) -> dict[str, Any]:
        if not self.is_from_script:
            self.weigh()
        return self.cleaned_data


def _language() -> str:
    return get_language() or "fr"
