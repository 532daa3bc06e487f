"""Inviting somebody, and what somebody may do here."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import ROLE_LABELS
from accounts.rules.roles import Role
from web.desk.forms.base import DeskForm
from web.parts.forms import AddressField

DUTIES = {
    Role.RECEPTION: _("ouvre des dossiers à la permanence, suit les siens et ceux que personne ne suit"),
    Role.VOLUNTEER: _("suit aussi les dossiers de l’équipe, si l’association l’a choisi"),
    Role.REFERENT: _("suit tous les dossiers, relit les débutants et demande des listes de dossiers"),
    Role.COORDINATOR: _(
        "suit tous les dossiers, invite, donne les rôles, demande et approuve des listes, lit le journal, mesure les "
        "chiffres"
    ),
    Role.DATA_DELEGATE: _(
        "relit et publie les chiffres, approuve des listes de dossiers, même avec les noms, lit le journal ; n’ouvre "
        "aucun dossier"
    ),
}


def _role_choices() -> list[tuple[str, Any]]:
    """« Accueil : ouvre des dossiers… », in the language of the page."""
    return [
        (role.value, _("%(role)s : %(duty)s") % {"role": ROLE_LABELS[role], "duty": duty})
        for role, duty in DUTIES.items()
    ]


class RolesForm(DeskForm):
    roles = forms.MultipleChoiceField(
        label=_("Que fera cette personne ?"),
        help_text=_("Plusieurs rôles sont possibles. Le deuxième code est demandé à tout le monde."),
        choices=_role_choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins un rôle.")},
    )

    @property
    def chosen(self) -> list[Role]:
        return [Role(value) for value in self.cleaned_data["roles"]]


class RevokeForm(DeskForm):
    closes_account = forms.BooleanField(
        label=_("Fermer aussi son compte"),
        help_text=_(
            "Son adresse, son nom et ses codes sont effacés : « qui a ouvert mon dossier » ne dira plus son nom. Sans "
            "cela, ils le sont un an après son départ. Un compte qui sert ailleurs reste ouvert."
        ),
        required=False,
    )


class InviteForm(RolesForm):
    name = forms.CharField(label=_("Prénom et nom"), max_length=120, widget=forms.TextInput({"autocomplete": "off"}))
    email = AddressField(
        label=_("Adresse e-mail"),
        help_text=_("L’invitation part à cette adresse, et ne vaut que pour elle."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    field_order = ("association", "token", "name", "email", "roles")
