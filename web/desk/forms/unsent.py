"""What becomes of a mail that did not leave."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from web.desk.forms.base import DeskForm, fill, radios

AGAIN, SETTLED = "again", "settled"


class UnsentForm(DeskForm):
    answer = radios(label=_("Que faites-vous de ce message ?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (AGAIN, gettext("Réessayer : il part aux prochaines heures d’envoi, s’il est encore vrai")),
            (SETTLED, gettext("C’est réglé : la personne est prévenue autrement, ou n’a plus à l’être")),
        ]
        fill(self, "answer", choices)
