"""Opening a case on one page: who, for whom, which procedure, the letter, what was read aloud."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.access import phone_digits
from cases.actions import NewBeneficiary, NewFact, NewMember
from cases.models import Beneficiary, BeneficiaryKind, Campaign, ConsentKind, Representation
from procedures.rules.definitions import Definition
from web.desk.forms.base import DeskForm, fill, leave_out, note_box, radios
from web.desk.forms.facts import check_range
from web.desk.pages.words import GROUNDS, KNOWN_BY, NOTIFIED_BY, choices, say
from web.parts.forms import AddressField, DatePartsField

KNOWN = "connu-"
SOMEBODY_ELSE = "autre"
_OFF = {"autocomplete": "off"}
_MAJORITY = 18


def _check_phone(typed: str) -> None:
    if len(phone_digits(typed)) < 6:
        raise forms.ValidationError(gettext("Ce numéro ne va pas : il lui faut au moins six chiffres."))


class OpenForm(DeskForm):
    """For somebody new, or for a known member (`known`: who they acted for before)."""

    first_name = forms.CharField(label=_("Prénom"), max_length=80, widget=forms.TextInput(attrs=_OFF))
    last_name = forms.CharField(label=_("Nom"), required=False, max_length=80, widget=forms.TextInput(attrs=_OFF))
    email = AddressField(label=_("Courriel"), required=False, widget=forms.EmailInput(attrs=_OFF))
    phone = forms.CharField(
        label=_("Téléphone"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={**_OFF, "inputmode": "tel"}),
        validators=[_check_phone],
    )

    whom = radios(label=_("Le dossier est ouvert…"))
    other_name = forms.CharField(
        label=_("Son prénom"), required=False, max_length=80, widget=forms.TextInput(attrs=_OFF)
    )
    birth_year = forms.CharField(
        label=_("Son année de naissance"),
        required=False,
        max_length=4,
        widget=forms.TextInput(attrs={**_OFF, "inputmode": "numeric"}),
    )
    ground = forms.ChoiceField(label=_("À quel titre ?"), required=False)

    campaign = forms.ChoiceField(label=_("Campagne"))
    procedure = radios(label=_("Laquelle ?"))

    notified_by = radios(
        label=_("Comment est-il venu ?"),
        required=False,
        choices=choices(NOTIFIED_BY, NOTIFIED_BY),
        help_text=_("« Jamais reçu » est une réponse comme une autre."),
    )
    dated = radios(
        label=_("La date connue est celle"),
        required=False,
        choices=[("sent", _("de l’envoi")), ("received", _("de la réception"))],
        initial="sent",
    )
    letter_on = DatePartsField(label=_("Date du courrier"), required=False)
    letter_until = DatePartsField(
        label=_("Si le jour n’est pas sûr, au plus tard le"),
        required=False,
        help_text=_("Laissez vide quand le jour est sûr."),
    )
    known_by = forms.ChoiceField(
        label=_("Connue par"),
        required=False,
        choices=[("", _("Choisir")), *choices(KNOWN_BY, ["postmark", "letter", "header", "memory"])],
    )

    handling = forms.BooleanField(label=_("« Nous suivons votre dossier et gardons vos dates. »"), required=False)
    statistics = forms.BooleanField(label=_("« Votre cas compte dans nos chiffres, sans votre nom. »"), required=False)
    note = note_box(
        label=_("Note de l’équipe"), help_text=_("Jamais un numéro de sécurité sociale, de carte, ni un code.")
    )

    def __init__(
        self,
        *args: Any,
        campaigns: Sequence[Campaign],
        definitions: Sequence[Definition],
        known: Sequence[Beneficiary] | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.campaigns = {str(campaign.pk): campaign for campaign in campaigns}
        self.definitions = {definition.key: definition for definition in definitions}
        self.known = {f"{KNOWN}{person.pk}": person for person in known or () if person.kind != BeneficiaryKind.SELF}
        fill(self, "campaign", [(key, campaign.title) for key, campaign in self.campaigns.items()])
        fill(self, "procedure", [(key, say(one.title)) for key, one in self.definitions.items()])
        fill(self, "whom", [*self._persons(), *_KINDS])
        fill(self, "ground", [("", gettext("Choisir")), *choices(GROUNDS, GROUNDS)])
        if len(self.campaigns) == 1:
            self.fields["campaign"].initial = next(iter(self.campaigns))
        if known is not None:
            leave_out(self, "first_name", "last_name", "email", "phone")

    def _persons(self) -> list[tuple[str, str]]:
        return [(key, person.first_name or gettext("un proche")) for key, person in self.known.items()]

    def contacts(self) -> dict[str, str]:
        """The address and the number that were typed, each if it can be one; before the form is validated."""
        return {name: self._contact(name) for name in ("email", "phone")}

    def _contact(self, name: str) -> str:
        try:
            return str(self.fields[name].clean(self[name].data))
        except forms.ValidationError:
            return ""

    def ask_whether_same(self, found: Sequence[tuple[str, str]]) -> None:
        """Bring in the question that is asked when the address or number is known already."""
        self.fields["same_as"] = radios(
            label=gettext("Est-ce la même personne ?"),
            choices=[*found, (SOMEBODY_ELSE, gettext("Non, c’est quelqu’un d’autre"))],
            error_messages={
                "required": gettext("Ce courriel ou ce téléphone est déjà connu. Dites si c’est la même personne.")
            },
        )

    # What was typed, checked together

    def clean(self) -> dict[str, Any]:
        super().clean()
        typed: dict[str, Any] = self.cleaned_data
        check_range(self, "letter_on", "letter_until")
        self._check_person(typed)
        self._check_letter(typed)
        campaign = self.campaigns.get(typed.get("campaign", ""))
        if campaign and typed.get("procedure") and typed["procedure"] not in campaign.procedures:
            self.add_error(
                "procedure", gettext("Cette campagne ne propose pas cette démarche. Choisissez-en une autre.")
            )
        return typed

    def _check_person(self, typed: dict[str, Any]) -> None:
        asked = _GROUNDS.get(typed.get("whom", ""))
        if asked and typed.get("ground") not in asked:
            self.add_error("ground", gettext("Dites à quel titre l’adhérent agit pour cette personne."))
        if asked and not typed.get("other_name") and "other_name" not in self.errors:
            self.add_error("other_name", gettext("Écrivez son prénom : il distingue les dossiers d’un même foyer."))
        if typed.get("whom") == BeneficiaryKind.CHILD and self._is_of_age(typed.get("birth_year", "")):
            self.add_error(
                "birth_year", gettext("Cette personne est majeure : choisissez « Pour un adulte représenté ».")
            )

    def _is_of_age(self, year: str) -> bool:
        """For sure: in the year of the eighteenth birthday only the person knows."""
        return bool(year) and self.today.year - int(year) > _MAJORITY

    def _check_letter(self, typed: dict[str, Any]) -> None:
        definition = self.definitions.get(typed.get("procedure", ""))
        asked = definition is None or definition.begins_with_a_letter
        if asked and not typed.get("notified_by") and "notified_by" not in self.errors:
            self.add_error("notified_by", self.fields["procedure"].error_messages["required"])
        if typed.get("notified_by") == "never" and typed.get("letter_on"):
            self.add_error(
                "letter_on",
                gettext("Un courrier jamais reçu n’a pas de date. Effacez-la, ou dites comment il est venu."),
            )
        if typed.get("letter_on") and not typed.get("known_by"):
            self.add_error("known_by", gettext("Dites comment cette date est connue : elle compte pour le calcul."))

    def clean_birth_year(self) -> str:
        year: str = self.cleaned_data["birth_year"].strip()
        if year and not (year.isascii() and year.isdigit() and 1900 <= int(year) <= self.today.year):
            raise forms.ValidationError(gettext("Écrivez l’année en quatre chiffres, par exemple 2026."))
        return year

    # What it says, for the action

    def member(self) -> NewMember:
        typed = self.cleaned_data
        return NewMember(
            first_name=typed["first_name"], last_name=typed["last_name"], email=typed["email"], phone=typed["phone"]
        )

    def beneficiary(self) -> NewBeneficiary | Beneficiary:
        typed = self.cleaned_data
        if typed["whom"] in self.known:
            return self.known[typed["whom"]]
        kind = BeneficiaryKind(typed["whom"])
        if kind is BeneficiaryKind.SELF:
            return NewBeneficiary(kind=kind)
        return NewBeneficiary(
            kind=kind, first_name=typed["other_name"], birth_year=typed["birth_year"], ground=typed["ground"]
        )

    def facts(self) -> list[NewFact]:
        typed = self.cleaned_data
        facts = [NewFact(kind="notified_by", value=typed["notified_by"])] if typed["notified_by"] else []
        if typed["letter_on"]:
            facts.append(
                NewFact(
                    kind=typed["dated"] or "sent",
                    earliest=typed["letter_on"],
                    latest=typed["letter_until"],
                    known_by=typed["known_by"],
                )
            )
        return facts

    def consents(self) -> list[ConsentKind]:
        return [kind for kind in (ConsentKind.HANDLING, ConsentKind.STATISTICS) if self.cleaned_data[kind]]


_KINDS = [
    (BeneficiaryKind.SELF, _("Pour soi")),
    (BeneficiaryKind.CHILD, _("Pour un enfant")),
    (BeneficiaryKind.REPRESENTED, _("Pour un adulte représenté")),
]
# What may be answered; the disagreement of a parent is an answer too, and is refused with its reason.
_GROUNDS = {
    BeneficiaryKind.CHILD: {
        Representation.OTHER_PARENT_INFORMED,
        Representation.OTHER_PARENT_AGREES,
        Representation.OTHER_PARENT_DISAGREES,
        Representation.SOLE_AUTHORITY,
    },
    BeneficiaryKind.REPRESENTED: {Representation.PROTECTION_MEASURE},
}
