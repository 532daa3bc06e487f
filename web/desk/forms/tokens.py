"""Giving a program an access of its own."""

from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.rules.tokens import LIFETIMES, MOST_NETWORKS, NotANetwork, TokenScope, read_networks
from web.desk.forms.base import DeskForm, radios

SCOPES = {
    TokenScope.CASES_LIST: _("Lire la liste des dossiers : références, états et dates, sans les personnes"),
    TokenScope.CASES_READ: _("Lire un dossier : faits, délais et démarches, sans nom ni note"),
}


def _lifetimes() -> list[tuple[str, Any]]:
    return [(str(days), ngettext_lazy("%(days)s jour", "%(days)s jours", days) % {"days": days}) for days in LIFETIMES]


class TokenForm(DeskForm):
    label = forms.CharField(
        label=_("À quoi servira cet accès ?"),
        help_text=_("Un nom pour le reconnaître, par exemple « Tableau du bureau »."),
        max_length=80,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Que pourra lire le logiciel ?"),
        help_text=_("Jamais plus que ce que vous voyez vous-même."),
        choices=[(scope.value, words) for scope, words in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins une chose que le logiciel pourra lire.")},
    )
    days = radios(
        label=_("Pendant combien de temps ?"),
        help_text=_("Vous serez prévenu par courriel quatorze jours et deux jours avant la fin."),
        choices=_lifetimes,
        initial=str(LIFETIMES[1]),
    )
    networks = forms.CharField(
        label=_("De quelles adresses réseau ? (facultatif)"),
        help_text=_(
            "Une par ligne, par exemple 192.0.2.0/24 ou 2001:db8::/32. Demandez-les à qui installe le logiciel. "
            "Sans adresse, l’accès marche de partout."
        ),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_networks(self) -> list[str]:
        try:
            networks = read_networks(self.cleaned_data["networks"])
        except NotANetwork as line:
            if str(line).endswith("/0"):
                raise forms.ValidationError(
                    gettext("Ce réseau veut dire partout : laissez la case vide si c’est ce que vous voulez."),
                    code="network",
                ) from None
            raise forms.ValidationError(
                gettext(
                    "« %(line)s » n’est pas un réseau. Écrivez-le comme 192.0.2.0/24, ou 192.0.2.7 pour une machine."
                )
                % {"line": str(line)[:60]},
                code="network",
            ) from None
        if len(networks) > MOST_NETWORKS:
            raise forms.ValidationError(
                gettext("C’est trop : %(most)s réseaux au plus.") % {"most": MOST_NETWORKS}, code="networks"
            )
        return networks

    @property
    def chosen(self) -> list[TokenScope]:
        return [TokenScope(value) for value in self.cleaned_data["scopes"]]
