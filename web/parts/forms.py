"""Forms as people read them: question, help, error, box; an error is one plain sentence, and what was typed is kept."""

import unicodedata
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import validate_email
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vault.rules.detector import seen_in
from web.parts import dates, nowhere
from web.parts.french import month_year

if TYPE_CHECKING:
    _Base = forms.BaseForm
else:
    _Base = object


class HouseRenderer(TemplatesSetting):
    """Renders every form of the platform, allauth's included, with templates/forms/."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if template_name == self.form_template_name:
            context = {**context, "error_lines": error_lines(context["form"])}
        return super().render(template_name, context, request)


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """One line of the summary: `href` leads to the field; it and `label` are empty for what concerns the whole form."""

    href: str
    label: str
    text: str


def error_lines(form: forms.BaseForm) -> list[ErrorLine]:
    """What is to be corrected, in the order of the page."""
    lines = [ErrorLine("", "", str(text)) for text in form.non_field_errors()]
    lines += dict.fromkeys(ErrorLine("", "", str(text)) for bound in form.hidden_fields() for text in bound.errors)
    for bound in form.visible_fields():
        lines += [ErrorLine(f"#{_first_box(bound)}", str(bound.label), str(text)) for text in bound.errors]
    return lines


def _first_box(bound: forms.BoundField) -> str:
    """The id of the box that takes the focus: the first one, when the question has several."""
    return bound.id_for_label or f"{bound.auto_id}_0"


# What stands in a box that nobody sees cannot be corrected by whoever reads the page.
_NOT_TYPED = _(
    "Cette page n’était plus à jour : rien n’a été enregistré. Relisez ce que vous avez écrit, "
    "puis envoyez-le de nouveau."
)


def _is_secret(field: forms.Field) -> bool:
    """A password is kept as a hash, and may hold any sign."""
    return isinstance(field.widget, forms.PasswordInput)


def check_address(typed: str) -> None:
    """Raises ValidationError: the first thing that is wrong with an e-mail address."""
    if len(typed) > _LONGEST_ADDRESS:
        raise forms.ValidationError(gettext("Cette adresse est trop longue : vérifiez-la."), code="invalid")
    try:
        validate_email(typed)
    except forms.ValidationError:
        raise forms.ValidationError(_wrong_with(typed), code="invalid") from None
    if any(_alphabets(label) > {"LATIN"} for label in typed.rpartition("@")[2].split(".")):
        raise forms.ValidationError(str(_OTHER_ALPHABET), code="invalid")


# A letter that looks like another: the mail would go to somebody else.
_OTHER_ALPHABET = _(
    "Une lettre de cette adresse vient d’un autre alphabet. Effacez l’adresse et retapez-la au clavier."
)


def _alphabets(text: str) -> set[str]:
    """{"LATIN", "CYRILLIC"}: whose letters these are."""
    return {unicodedata.name(sign, "?").partition(" ")[0] for sign in text if sign.isalpha()}


def _wrong_with(typed: str) -> str:
    name, _at, _domain = typed.rpartition("@")
    if any(sign in typed for sign in '<>()[],;:"') or len(typed.split()) > 1:
        return gettext("Écrivez l’adresse seule, sans nom ni signe autour, par exemple prenom@exemple.fr.")
    if _alphabets(name) - {"LATIN"}:
        return str(_OTHER_ALPHABET)
    if not name.isascii():
        return gettext("Avant le @, cette adresse a un accent que le courrier ne sait pas porter. Vérifiez-la.")
    return gettext("Cette adresse n’est pas complète. Par exemple : prenom@exemple.fr.")


_LONGEST_ADDRESS = 254


class AddressField(forms.EmailField):
    """One address, and one sentence when it is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=_LONGEST_ADDRESS, **kwargs)
        self.validators = [check_address]


_LINES = "\n\r\t\u2028\u2029"
_JOINERS = "\u200c\u200d"
# What a joiner may follow: letters of scripts that are written joined, their marks, emojis.
_JOINED = {"Lo", "Mn", "Mc", "So", "Sk"}


def visible(text: str, *, lines: bool) -> str:
    """The text without the signs that nobody sees: controls, directions, zero widths.

    A name that turns the words after it around, or a number with a hidden sign in it, is not what it looks like. The
    ends of lines stay where there may be several (`lines`), else they become spaces; so do joiners where a script needs
    them.
    """
    kept: list[str] = []
    for sign in text:
        if sign in _LINES:
            kept.append(sign if lines else " ")
        elif unicodedata.category(sign) not in {"Cc", "Cf"} or _is_joiner(sign, after=kept[-1:]):
            kept.append(sign)
    return "".join(kept)


def _is_joiner(sign: str, *, after: list[str]) -> bool:
    return sign in _JOINERS and any(unicodedata.category(before) in _JOINED for before in after)


class HouseForm(_Base):
    """Mixin for our forms, before forms.Form. The browser's own bubbles are left out: our sentences say more."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = str(_("Répondez à cette question."))

    def error_lines(self) -> list[ErrorLine]:
        return error_lines(self)

    def _clean_fields(self) -> None:
        """Every line of text is looked at, whatever else its form checks: certain numbers are written nowhere."""
        self._show_all()
        hidden = [name for name, field in self.fields.items() if field.widget.is_hidden]
        for name in hidden:
            self.fields[name].error_messages |= dict.fromkeys(("required", "invalid", "invalid_choice"), _NOT_TYPED)
        super()._clean_fields()  # type: ignore[misc]  # a form's own step, which the stubs leave out
        self._renew(name for name in hidden if name in self.errors)
        for name, field in self.fields.items():
            text = self.cleaned_data.get(name)
            if isinstance(field, forms.CharField) and isinstance(text, str) and not _is_secret(field):
                seen = seen_in(text)
                if seen:
                    self.add_error(name, forms.ValidationError(nowhere.sentence(seen), code=nowhere.CODE))

    def _renew(self, names: Iterable[str]) -> None:
        """A box that nobody sees and that makes no sense is as the page first had it: the next sending can be good."""
        fresh = {name: self.get_initial_for_field(self.fields[name], name) for name in names}
        for name, value in fresh.items():
            if value is not None:
                changed: Any = copy(self.data)
                changed[self.add_prefix(name)] = str(value)
                self.data = changed

    def _show_all(self) -> None:
        """What nobody sees in what was typed never reaches a field."""
        for name, field in self.fields.items():
            key = self.add_prefix(name)
            typed = self.data.get(key)
            if isinstance(field, forms.CharField) and isinstance(typed, str) and not _is_secret(field):
                shown = visible(typed, lines=isinstance(field.widget, forms.Textarea))
                if shown != typed:
                    changed: Any = copy(self.data)
                    changed[key] = shown
                    self.data = changed

    def not_after(self, day: date, *names: str) -> None:
        """These dates lie in the past: `form.not_after(request.today, "sent_on")`, before the form is validated."""
        for name in names:
            field = self.fields[name]
            if not isinstance(field, DatePartsField):
                raise TypeError(f"{name} is no date.")
            field.latest = day


class DatePartsWidget(forms.MultiWidget):
    """Day, month, year: three boxes that keep what was typed, even when it is no date."""

    template_name = "forms/widgets/dateparts.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        box = {"inputmode": "numeric", "autocomplete": "off"}
        super().__init__(
            {
                "day": forms.TextInput(attrs={**box, "maxlength": "2"}),
                "month": forms.TextInput(attrs={"autocomplete": "off", "maxlength": "12"}),
                "year": forms.TextInput(attrs={**box, "maxlength": "4"}),
            },
            attrs,
        )

    def id_for_label(self, id_: str | None, index: str | None = None) -> str:
        """The first box, where a summary of mistakes leads."""
        return f"{id_}_0" if id_ else ""

    def decompress(self, value: date | None) -> list[str | None]:
        if value is None:
            return [None, None, None]
        return [str(value.day), str(value.month), str(value.year)]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for part, label in zip(context["widget"]["subwidgets"], (_("Jour"), _("Mois"), _("Année")), strict=True):
            part["label"] = label
        return context


_SENTENCES = {
    dates.Flaw.EMPTY: _("Indiquez la date : le jour, le mois et l’année."),
    dates.Flaw.NO_DAY: _("Il manque le jour."),
    dates.Flaw.NO_MONTH: _("Il manque le mois."),
    dates.Flaw.NO_YEAR: _("Il manque l’année."),
    dates.Flaw.DAY: _("Le jour est un nombre de 1 à 31."),
    dates.Flaw.MONTH: _("Le mois est un nombre de 1 à 12, ou son nom."),
    dates.Flaw.FAR: _("Cette année est trop loin. Vérifiez-la."),
    dates.Flaw.YEAR: _("Écrivez l’année en quatre chiffres, par exemple 2026."),
}


class DatePartsField(forms.Field):
    """A date in three boxes.

    `earliest` and `latest` may be set on the form's own copy of the field, as today is known only by the request:
    see HouseForm.not_after.
    """

    widget = DatePartsWidget

    def __init__(self, *, earliest: date | None = None, latest: date | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.earliest = earliest
        self.latest = latest

    def to_python(self, value: Sequence[str | None] | date | None) -> date | None:
        if value is None or isinstance(value, date):
            return value
        read = dates.read(*(part or "" for part in value))
        if read is dates.Flaw.EMPTY:
            return None
        if isinstance(read, date):
            return self._within(read)
        raise forms.ValidationError(self._sentence(read), code="invalid")

    def validate(self, value: date | None) -> None:
        if value is None and self.required:
            raise forms.ValidationError(str(_SENTENCES[dates.Flaw.EMPTY]), code="required")

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != self.to_python(initial))
        except forms.ValidationError:
            return True

    def _within(self, value: date) -> date:
        if self.latest is not None and value > self.latest:
            raise forms.ValidationError(
                gettext("Cette date n’est pas encore arrivée. Vérifiez l’année."), code="future"
            )
        if self.earliest is not None and value < self.earliest:
            raise forms.ValidationError(gettext("Cette date est trop ancienne. Vérifiez l’année."), code="past")
        return value

    @staticmethod
    def _sentence(flaw: "dates.Flaw | dates.ShortMonth") -> str:
        if isinstance(flaw, dates.ShortMonth):
            values = {"month": capfirst(month_year(flaw.first)), "days": flaw.days}
            return gettext("%(month)s n’a que %(days)s jours.") % values
        return str(_SENTENCES[flaw])
