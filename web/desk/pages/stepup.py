"""Why somebody is asked once more for a second factor: what the page behind it would change."""

from django.urls import Resolver404, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By the first letters of the view's name.
REASONS: dict[str, str | Promise] = {
    "desk:invite": _("Vous allez ouvrir l’espace de l’association à quelqu’un."),
    "desk:invitation_again": _("Vous allez ouvrir l’espace de l’association à quelqu’un."),
    "desk:member_revoke": _("Vous allez retirer son accès à un collègue."),
    "desk:member_reset": _("Vous allez décider de ce qui protège le compte d’un collègue."),
    "desk:member_roles": _("Vous allez changer ce qu’un collègue peut lire et faire."),
    "desk:member_sessions": _("Vous allez fermer les connexions d’un collègue."),
    "desk:visibility": _("Vous allez changer qui lit les dossiers de l’association."),
    "desk:canary": _("Vous allez changer ce qui surveille les dossiers."),
    "desk:reset": _("Vous allez décider de ce qui protège le compte d’un collègue."),
    "desk:password": _("Vous allez changer votre mot de passe."),
    "desk:export": _("Vous allez faire sortir des données de l’association."),
    "desk:token": _("Vous allez donner à un programme un accès aux dossiers."),
    # Any other page of the desk asks only after many cases or names.
    "desk:": _(
        "Vous avez ouvert beaucoup de dossiers, ou parcouru beaucoup de noms, en une heure ; "
        "la coordination en est avertie."
    ),
    "mfa_": _("Vous allez changer ce qui protège votre compte."),
}


def reason_for(path: str) -> str:
    """A sentence about the page that waits; empty for one that is not known."""
    try:
        name = resolve(path.partition("?")[0]).view_name
    except Resolver404:
        return ""
    return next((str(reason) for start, reason in REASONS.items() if name.startswith(start)), "")
