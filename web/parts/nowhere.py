"""Numbers that are written nowhere: what is said to whoever typed one."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vault.rules.detector import Seen

CODE: Final = "personal_number"

NIR: Final = _("On dirait un numéro de sécurité sociale. Effacez-le : il ne doit être noté nulle part ici.")
_SENTENCES: dict[Seen, Promise | str] = {
    Seen.NIR: NIR,
    Seen.KEY: NIR,
    Seen.CARD: _("On dirait un numéro de carte Vitale. Effacez-le : il ne doit être noté nulle part ici."),
    Seen.CODE: _(
        "On dirait un code de Mon espace santé, ou un mot de passe. Effacez-le : il ne doit être noté nulle part ici."
    ),
}


def sentence(seen: Seen) -> str:
    """What it looks like, and what to do."""
    return str(_SENTENCES[seen])
